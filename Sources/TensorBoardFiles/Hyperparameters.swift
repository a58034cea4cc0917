// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import SwiftProtobuf

// What TensorBoard's table of hyperparameters reads.
extension BoardEvent {
    private static let plugin = "hparams"
    private static let tags = (
        experiment: "_hparams_/experiment", start: "_hparams_/session_start_info"
    )

    /// The run's settings as hyperparameters, and what to judge runs by.
    static func hyperparameters(
        _ settings: [(name: String, value: String)], run: String, begun: Date
    ) -> [Self] {
        var experiment = BoardHParamsPluginData()
        experiment.experiment.hparamInfos = settings.map { setting in
            var info = BoardHParamInfo()
            info.name = setting.name
            info.type = kind(of: value(setting.value))
            return info
        }
        experiment.experiment.metricInfos = [
            EventTags.scalar("evaluation_mean"), EventTags.scalar("best"), EventTags.scalar("mean"),
        ].map { tag in
            var metric = BoardMetricInfo()
            metric.name.tag = tag
            return metric
        }
        var start = BoardHParamsPluginData()
        start.sessionStartInfo.hparams = Dictionary(
            settings.map { ($0.name, value($0.value)) }, uniquingKeysWith: { $1 })
        start.sessionStartInfo.groupName = run
        start.sessionStartInfo.startTimeSecs = begun.timeIntervalSince1970
        return [(tags.experiment, experiment), (tags.start, start)].compactMap { tag, data in
            guard let content: Data = try? data.serializedBytes() else { return nil }
            var value = BoardSummary.Value()
            value.tag = tag
            value.metadata.pluginData.pluginName = plugin
            value.metadata.pluginData.content = content
            value.tensor.dtype = 1
            value.tensor.tensorShape = BoardTensorShape()
            return BoardEvent(0, begun, [value])
        }
    }

    /// The run whose hyperparameters these are; nil for another event.
    var runName: String? {
        guard let value = summary.value.first(where: { $0.tag == Self.tags.start }),
            let data = try? BoardHParamsPluginData(
                serializedBytes: value.metadata.pluginData.content)
        else { return nil }
        return data.sessionStartInfo.groupName
    }

    private static func value(_ text: String) -> Google_Protobuf_Value {
        if let number = Double(text), number.isFinite {
            return Google_Protobuf_Value(numberValue: number)
        }
        if let truth = Bool(text) { return Google_Protobuf_Value(boolValue: truth) }
        return Google_Protobuf_Value(stringValue: text)
    }

    private static func kind(of value: Google_Protobuf_Value) -> Int32 {
        switch value.kind {
        case .numberValue: 3
        case .boolValue: 2
        default: 1
        }
    }
}
