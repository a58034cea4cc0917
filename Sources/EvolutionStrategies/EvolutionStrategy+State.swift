// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

public import Foundation
import Tensors

extension EvolutionStrategy {
    private static let magic: UInt64 = 0x3153_452d_414d_4357  // "WCMA-ES1" in little-endian
    private static let version = 2
    /// One more with adapted learning rates, which earlier programs know nothing of.
    private static let adaptedRates = 1
    /// Two more where whole numbers or least deviations follow the configuration.
    private static let extras = 2

    /// All of the strategy as little-endian words with a checksum at the end.
    ///
    /// The same state gives the same bytes, so that their digest tells whether two runs agree. With
    /// n variables a full covariance takes 12 n^2 bytes, 8 n^2 as a Cholesky factor.
    public func encodedState() -> Data {
        let n = centre.count
        let matrices = configuration.variant == .full ? 16 * n * n : 0
        var writer = StateWriter(reservingBytes: matrices + 80 * n + 4096)
        writer.write(Self.magic)
        writer.write(
            Self.version + (learningRates == nil ? 0 : Self.adaptedRates)
                + (configuration.hasExtras ? Self.extras : 0))
        configuration.encode(into: &writer)
        if configuration.hasExtras { configuration.encodeExtras(into: &writer) }
        writer.write(generation)
        writer.write(evaluations)
        writer.write(sigma)
        writer.write(nonFiniteCosts)
        writer.write(centre)
        writer.write(generator)
        writer.write(best)
        writer.write(StopReason.names(stopReasons))
        monitor.encode(into: &writer)
        stepPath.encode(into: &writer)
        distribution.encode(into: &writer)
        noise?.encode(into: &writer)
        learningRates?.encode(into: &writer)
        writer.write(pending != nil)
        if let pending {
            writer.write(pending.steps)
            writer.write(pending.squaredLengths)
            writer.write(pending.injected)
            writer.write(pending.reevaluated)
        }
        writer.write(waitingInjections.count)
        for solution in waitingInjections { writer.write(solution) }
        writer.write(stateChecksum(writer.data))
        return writer.data
    }

    /// Restores a strategy, which then goes on exactly as the one that was encoded.
    ///
    /// - Throws: `EvolutionStrategyError.invalidState` for any other bytes.
    public init(encodedState: Data) throws(EvolutionStrategyError) {
        var reader = try StateReader(encodedState, magic: Self.magic, of: "strategy")
        let version = try reader.int()
        let kinds = version - Self.version
        guard (0...Self.adaptedRates | Self.extras).contains(kinds) else {
            throw .invalidState(
                reason: "it has version \(version), this program reads \(Self.version) to"
                    + " \(Self.version + Self.adaptedRates + Self.extras)")
        }
        try self.init(
            body: &reader, learningRates: kinds & Self.adaptedRates == 0 ? .fixed : .adaptive,
            extras: kinds & Self.extras != 0)
        try reader.finish()
    }

    private init(
        body reader: inout StateReader, learningRates rates: LearningRates, extras: Bool
    ) throws(EvolutionStrategyError) {
        var configuration = try Configuration(from: &reader)
        configuration.learningRates = rates
        if extras { try configuration.decodeExtras(from: &reader) }
        do {
            try configuration.validate()
        } catch {
            throw .invalidState(reason: "\(error)")
        }
        let n = configuration.dimension
        self.configuration = configuration
        parameters = Self.parameters(of: configuration)
        box = configuration.searchBounds.map { BoxMap($0) }
        integers = IntegerCentering(configuration)
        leastDeviations = configuration.leastDeviations(parameters)
        generation = try reader.counter()
        evaluations = try reader.counter()
        sigma = try reader.double()
        nonFiniteCosts = try reader.counter()
        centre = try reader.doubles(count: n)
        generator = try reader.generator()
        best = try reader.candidate()
        stopReasons = StopReason.reasons(try reader.text())
        monitor = try StopMonitor(from: &reader, dimension: n)
        stepPath = try StepSizePath(from: &reader, dimension: n)
        distribution =
            switch configuration.variant {
            case .full: try FullCovariance(from: &reader, dimension: n)
            case .separable: try SeparableCovariance(from: &reader, dimension: n)
            case .limitedMemory: try LimitedMemoryTransformation(from: &reader, dimension: n)
            }
        if let settings = configuration.noise {
            noise = try NoiseHandling(from: &reader, settings, dimension: n)
        }
        if rates == .adaptive {
            learningRates = try LearningRateAdaptation(from: &reader, dimension: n)
        }
        if try reader.bool() {
            let steps = try reader.matrix(rows: n, columns: configuration.populationSize)
            let lengths = try reader.doubles(count: configuration.populationSize)
            let injected = try reader.bools()
            guard injected.count == lengths.count else {
                throw .invalidState(reason: "the waiting candidates do not fit together")
            }
            let reevaluated = try reader.int()
            guard (0...lengths.count).contains(reevaluated) else {
                throw .invalidState(reason: "\(reevaluated) candidates are to be evaluated twice")
            }
            pending = Population(
                steps: steps, squaredLengths: lengths, injected: injected,
                reevaluated: reevaluated)
        }
        let injections = try reader.int()
        guard injections >= 0, injections <= reader.remaining / 8 else {
            throw .invalidState(reason: "\(injections) injected solutions exceed the data")
        }
        for _ in 0..<injections { waitingInjections.append(try reader.doubles(count: n)) }
        guard sigma > 0, sigma.isFinite, centre.allSatisfy(\.isFinite) else {
            throw .invalidState(reason: "its mean or step size is not finite")
        }
    }
}

extension EvolutionStrategy: Codable {
    /// Codes the bytes of `encodedState()`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(encodedState())
    }

    /// Decodes what `encode(to:)` coded.
    ///
    /// - Throws: `EvolutionStrategyError.invalidState`, or what the decoder throws.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        try self.init(encodedState: try container.decode(Data.self))
    }
}

extension EvolutionStrategy: Equatable {
    /// Whether two strategies are in the same state, bit for bit.
    public static func == (left: EvolutionStrategy, right: EvolutionStrategy) -> Bool {
        left.encodedState() == right.encodedState()
    }
}

extension EvolutionStrategy.Configuration {
    func encode(into writer: inout StateWriter) {
        writer.write(initialMean)
        writer.write(initialSigma)
        writer.write(variant.rawValue)
        writer.write(population)
        writer.write(seed)
        writer.write(active)
        writer.write(recombination.rawValue)
        writer.write(initialDeviations)
        writer.write(bounds)
        writer.write(factorisation.rawValue)
        stopping.encode(into: &writer)
        writer.write(noise != nil)
        noise?.encode(into: &writer)
    }

    init(from reader: inout StateReader) throws(EvolutionStrategyError) {
        let mean = try reader.doubles()
        let sigma = try reader.double()
        self.init(
            initialMean: mean, initialSigma: sigma, variant: try reader.choice(of: "variant"))
        population = try reader.optionalInt()
        seed = try reader.word()
        active = try reader.bool()
        recombination = try reader.choice(of: "recombination")
        initialDeviations = try reader.optionalDoubles()
        bounds = try reader.bounds()
        factorisation = try reader.choice(of: "factorisation")
        stopping = try StoppingCriteria(from: &reader)
        if try reader.bool() { noise = try NoiseHandling.Settings(from: &reader) }
    }
}
