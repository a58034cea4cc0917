// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import CKernels

/// The compiled inner loops of the networks for one kind of vector unit.
///
/// All kinds give the same bits, so the choice is one of speed only.
public struct Kernels: Sendable {
    /// A vector unit that there are loops for.
    public enum VectorUnit: UInt32, Sendable, CaseIterable {
        /// Plain C; where the processor has no fused multiply-add, exactly emulated and slow.
        case portable = 0
        /// 256-bit vectors with fused multiply-add, x86 since 2013.
        case avx2 = 1
        /// 512-bit vectors.
        case avx512 = 2
    }

    /// A way of multiplying 8-bit integers that there are loops for, the fastest last.
    package enum IntegerUnit: UInt32, Sendable, CaseIterable {
        case portable = 0
        case avx2 = 1
        case avx512 = 2
        case avxVNNI = 3
        case avx512VNNI = 4
        case neonDot = 5

        fileprivate var table: UnsafePointer<ck_int8_kernels>? {
            ck_int8_kernels_of(ck_int8_kind(rawValue))
        }
    }

    // Proof of safety: the tables are constants of the program, never written and never freed.
    nonisolated(unsafe) let table: UnsafePointer<ck_kernels>
    nonisolated(unsafe) let int8: UnsafePointer<ck_int8_kernels>

    /// The widest vector unit that this processor has.
    public static let best = Kernels(
        table: ck_best_kernels(), int8: integerTable(atMost: .neonDot))

    private init(table: UnsafePointer<ck_kernels>, int8: UnsafePointer<ck_int8_kernels>) {
        self.table = table
        self.int8 = int8
    }

    /// The loops for a vector unit; nil where the processor lacks it.
    public init?(_ unit: VectorUnit) {
        guard let table = ck_kernels_of(ck_kind(unit.rawValue)) else { return nil }
        let most: IntegerUnit =
            switch unit {
            case .portable: .portable
            case .avx2: .avx2
            case .avx512: .neonDot
            }
        self.init(table: table, int8: Self.integerTable(atMost: most))
    }

    /// The loops for a vector unit and a way of multiplying 8-bit integers; nil where the processor
    /// lacks one of them.
    package init?(_ unit: VectorUnit, int8: IntegerUnit) {
        guard let table = ck_kernels_of(ck_kind(unit.rawValue)), let int8 = int8.table else {
            return nil
        }
        self.init(table: table, int8: int8)
    }

    private static func integerTable(atMost unit: IntegerUnit) -> UnsafePointer<ck_int8_kernels> {
        let found = IntegerUnit.allCases.last { $0.rawValue <= unit.rawValue && $0.table != nil }
        guard let table = (found ?? .portable).table else {
            preconditionFailure("plain C is in every build")
        }
        return table
    }

    /// Whether the loops run on vectors with fused multiply-adds of the processor.
    package var areFast: Bool { table != ck_kernels_of(CK_PORTABLE) }

    /// What a person calls the vector unit, such as "AVX2".
    public var name: String { String(cString: table.pointee.name) }

    /// What a person calls the way of multiplying 8-bit integers, such as "AVX-512 VNNI".
    public var int8Name: String { String(cString: int8.pointee.name) }

    /// What the last bits of a result could depend on, for records: processor and loops.
    public var numericPath: String { "\(Self.processor) \(name)" }

    /// The processor's vendor, family, model and stepping, such as "AuthenticAMD-25-1-1".
    public static var processor: String {
        var name = [CChar](repeating: 0, count: 64)
        ck_processor_name(&name, name.count)
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
