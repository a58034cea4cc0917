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

    // Proof of safety: the table is a constant of the program, never written and never freed.
    nonisolated(unsafe) let table: UnsafePointer<ck_kernels>

    /// The widest vector unit that this processor has.
    public static let best = Kernels(table: ck_best_kernels())

    private init(table: UnsafePointer<ck_kernels>) {
        self.table = table
    }

    /// The loops for a vector unit; nil where the processor lacks it.
    public init?(_ unit: VectorUnit) {
        guard let table = ck_kernels_of(ck_kind(unit.rawValue)) else { return nil }
        self.table = table
    }

    /// Whether the loops run on vectors with fused multiply-adds of the processor.
    package var areFast: Bool { table != ck_kernels_of(CK_PORTABLE) }

    /// What a person calls the vector unit, such as "AVX2".
    public var name: String { String(cString: table.pointee.name) }

    /// What the last bits of a result could depend on, for records: processor and loops.
    public var numericPath: String { "\(Self.processor) \(name)" }

    /// The processor's vendor, family, model and stepping, such as "AuthenticAMD-25-1-1".
    public static var processor: String {
        var name = [CChar](repeating: 0, count: 64)
        ck_processor_name(&name, name.count)
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
