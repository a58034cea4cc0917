// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// A dense matrix of doubles in column-major order, as BLAS and LAPACK take it.
///
/// It is a value: a copy shares the memory until one of the two is written to. Large matrices are
/// updated in place as long as nobody else holds them, and only then.
public struct DoubleMatrix: Sendable {
    /// The number of rows, which is also the distance from a column to the next one.
    public let rows: Int

    /// The number of columns.
    public let columns: Int

    private var storage: Storage

    /// A matrix of zeros.
    public init(rows: Int, columns: Int) {
        precondition(rows >= 0 && columns >= 0, "a matrix of \(rows) x \(columns) cannot be")
        self.rows = rows
        self.columns = columns
        storage = Storage(count: rows * columns)
    }

    /// The identity matrix.
    public init(identity size: Int) {
        self.init(rows: size, columns: size)
        for index in 0..<size { storage.elements[index * (size + 1)] = 1 }
    }

    /// One element; row and column count from 0.
    public subscript(row: Int, column: Int) -> Double {
        get {
            check(row, column)
            return storage.elements[column * rows + row]
        }
        set {
            check(row, column)
            makeUnique()
            storage.elements[column * rows + row] = newValue
        }
    }

    /// The elements, column after column, readable while the body runs.
    public func withElements<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<Double>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeBufferPointer(storage.elements))
    }

    /// The elements, column after column, writable while the body runs.
    public mutating func withMutableElements<Result, Failure: Error>(
        _ body: (UnsafeMutableBufferPointer<Double>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        makeUnique()
        defer { withExtendedLifetime(storage) {} }
        return try body(storage.elements)
    }

    /// A column as an array.
    public func column(_ index: Int) -> [Double] {
        precondition(index >= 0 && index < columns, "no column \(index) of \(columns)")
        return withElements { Array($0[(index * rows)..<((index + 1) * rows)]) }
    }

    /// The diagonal of a square matrix.
    public var diagonal: [Double] {
        (0..<min(rows, columns)).map { storage.elements[$0 * (rows + 1)] }
    }

    /// Where the elements lie: tests of the value semantics compare it.
    package var address: UInt {
        UInt(bitPattern: storage.elements.baseAddress)
    }

    private func check(_ row: Int, _ column: Int) {
        precondition(
            row >= 0 && row < rows && column >= 0 && column < columns,
            "no element (\(row), \(column)) in a matrix of \(rows) x \(columns)")
    }

    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&storage) { storage = Storage(copying: storage) }
    }
}

extension DoubleMatrix: Equatable {
    /// Whether shape and all elements are equal.
    public static func == (left: DoubleMatrix, right: DoubleMatrix) -> Bool {
        guard left.rows == right.rows, left.columns == right.columns else { return false }
        return left.withElements { a in right.withElements { b in a.elementsEqual(b) } }
    }
}

/// The memory behind a matrix.
///
/// Unchecked, but safe to send: the elements are written only in `init` and by `DoubleMatrix`
/// while it holds the only reference.
private final class Storage: @unchecked Sendable {
    let elements: UnsafeMutableBufferPointer<Double>

    init(count: Int) {
        elements = .allocate(capacity: count)
        elements.initialize(repeating: 0)
    }

    init(copying other: Storage) {
        elements = .allocate(capacity: other.elements.count)
        _ = elements.initialize(from: other.elements)
    }

    deinit {
        elements.deallocate()
    }
}
