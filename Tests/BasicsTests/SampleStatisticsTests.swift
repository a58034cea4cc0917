// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Testing

@testable import Basics

struct SampleStatisticsTests {
    @Test func `mean, deviations and range are those of the numbers`() {
        let values = [2.0, 4, 4, 4, 5, 5, 7, 9]
        let sample = SampleStatistics(values)
        #expect(sample.mean == 5)
        #expect(abs(sample.standardDeviation - (32.0 / 7).squareRoot()) < 1e-12)
        #expect(sample.count == 8 && sample.minimum == 2 && sample.maximum == 9)
        #expect(SampleStatistics(values, divisor: .population).standardDeviation == 2)
    }

    @Test func `the confidence interval is Student's`() {
        let pair = SampleStatistics([1, 3])
        #expect(abs((pair.confidence95 ?? 0) - 12.7062) < 1e-9)
        #expect(abs(SampleStatistics.studentQuantile975(freedom: 99) - 1.9842) < 1e-4)
        #expect(abs(SampleStatistics.studentQuantile975(freedom: 5) - 2.5706) < 4e-3)
    }

    @Test func `a quantile is numpy's`() {
        let values = [30.0, 10, 20, 50]
        #expect(values.quantile(0) == 10 && values.quantile(1) == 50)
        #expect(values.quantile(0.5) == 25 && abs(values.quantile(0.05) - 11.5) < 1e-12)
        #expect([7.0].quantile(0.3) == 7 && [Double]().quantile(0.5).isNaN)
    }

    @Test func `a single number has no spread`() throws {
        for divisor in [SampleStatistics.Divisor.sample, .population] {
            let single = SampleStatistics([3], divisor: divisor)
            let text = String(decoding: try JSONEncoder().encode(single), as: UTF8.self)
            #expect(text.contains("\"confidence95\":null"))
            #expect(single.mean == 3 && single.standardDeviation == 0 && single.confidence95 == nil)
        }
    }
}
