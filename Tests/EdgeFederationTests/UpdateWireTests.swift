@testable import EdgeFederation
import EdgeTensors
import Testing

@Suite struct UpdateWireTests {
    private func same(_ a: Update, _ b: Update) throws -> Bool {
        try a.parts.count == b.parts.count
            && zip(a.parts, b.parts).allSatisfy {
                try $0.name == $1.name && $0.tensor.shape == $1.tensor.shape && $0.tensor.dtype == $1.tensor.dtype
                    && $0.tensor.elements(as: Float.self).map(\.bitPattern)
                        == $1.tensor.elements(as: Float.self).map(\.bitPattern)
            }
    }

    @Test(arguments: 1...8, [0.0001, 0.01, 0.3, 1.0])
    func whatArrivesIsWhatTheSenderSays(bits: Int, keep: Double) throws {
        let update = try Sampled.honest(1, shapes: [[3, 5], [1000], [], [0, 4], [17, 2, 3]]).updates[0]
        let compressed = try CompressedUpdate(update, keep: keep, bits: bits)
        let (received, container) = try UpdateDecoder.decode(compressed.bytes, like: update)
        #expect(try same(received, compressed.sent))
        #expect(container == .record)
        let kept = try received.floats().count { $0 != 0 }
        #expect(kept <= max(1, Int((keep * Double(update.count)).rounded(.up))))
    }

    @Test func theLargestNumbersOfAllTensorsAreKept() throws {
        let update = Update([
            .init(name: "a", tensor: try Tensor([0.1, -5, 0.2, 0] as [Float], shape: [4])),
            .init(name: "b", tensor: try Tensor([5, 0.3] as [Float], shape: [2])),
        ])
        #expect(try CompressedUpdate(update, keep: 2.0 / 6, bits: 1).sent.floats() == [0, -5, 0, 0, 5, 0])
        // Of equal ones the first are kept, and never more than asked for.
        let equal = try Sampled.one([1, 1, 1, 1, 1])
        #expect(try CompressedUpdate(equal, keep: 0.4, bits: 8).sent.floats() == [1, 1, 0, 0, 0])
    }

    @Test func theSelectionIsThatOfASort() throws {
        let numbers = try Sampled.honest(1, shapes: [[5000]], seed: 3).updates[0].floats()
        for count in [1, 2, 49, 2500, 4999, 5000] {
            var selection = LargestNumbers(count, of: [numbers])
            let kept = selection.positions(in: numbers).map { numbers[$0].magnitude }.sorted(by: >)
            #expect(kept == Array(numbers.map(\.magnitude).sorted(by: >).prefix(count)))
        }
    }

    /// What was sent and what was kept back add up to what was to be sent, round after round.
    @Test func errorFeedbackLosesNothing() throws {
        let rounds = try Sampled.honest(30, seed: 4).updates
        var residual: Update?
        var sent = try rounds[0].mapped { _ in 0 }
        var wanted = sent
        for update in rounds {
            let compressed = try CompressedUpdate(update, keep: 0.05, bits: 3, residual: residual)
            sent = try sent.adding(compressed.sent)
            wanted = try wanted.adding(update)
            residual = compressed.residual
        }
        let last = try #require(residual)
        #expect(try Sampled.distance(sent.adding(last), wanted) < 1e-4 * wanted.norm())
        // Without it most of the sum would be missing.
        #expect(try Sampled.distance(sent, wanted) < 0.5 * wanted.norm())
    }

    /// Normal numbers, with the error that the best uniform levels leave.
    @Test(arguments: [(8, 0.02), (6, 0.06), (4, 0.2), (3, 0.35)])
    func bitsDecideTheError(bits: Int, bound: Double) throws {
        var source = RandomSource(seed: 2)
        let update = Update([
            .init(name: "w", tensor: try Tensor(normalMean: 0, deviation: 1, shape: [20_000], from: &source))
        ])
        let sent = try CompressedUpdate(update, keep: 1, bits: bits).sent
        #expect(try Sampled.distance(sent, update) < bound * update.norm())
    }

    @Test func theBytesAreFew() throws {
        var source = RandomSource(seed: 2)
        let update = Update([
            .init(name: "w", tensor: try Tensor(normalMean: 0, deviation: 1, shape: [100_000], from: &source))
        ])
        // A hundredth: the entropy of the gaps is 8.1 bits a number, a sign 1, three bits of level at most 3.
        let sparse = try CompressedUpdate(update, keep: 0.01, bits: 4).bytes.count
        #expect(sparse < 1000 * 13 / 8)
        #expect(sparse > 1000 * 9 / 8)
        let dense = try CompressedUpdate(update, keep: 1, bits: 1).bytes.count
        #expect(dense < 100_000 / 8 + 200)
    }

    @Test func listsAndSingleTensorsComeBackAsSuch() throws {
        let update = Update([.init(name: "0", tensor: try Tensor([1, 2] as [Float], shape: [2]))])
        for container in [UpdateContainer.list, .tensor] {
            let bytes = try CompressedUpdate(update, keep: 1, bits: 8, container: container).bytes
            #expect(try UpdateDecoder.decode(bytes).container == container)
        }
    }

    @Test func anUpdateOfZerosSaysHowLargeItIs() throws {
        let zeros = Update([.init(name: "w", tensor: try Tensor(zeros: [3_000_000]))])
        let bytes = try CompressedUpdate(zeros, keep: 0.01, bits: 4).bytes
        #expect(bytes.count < 1000)
        #expect(try UpdateDecoder.decode(bytes).update.parts[0].tensor.shape == [3_000_000])
    }

    @Test func everyBitOnTheWayIsNoticed() throws {
        let bytes = try CompressedUpdate(Sampled.one([1, -2, 3]), keep: 1, bits: 5).bytes
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x10
            #expect(throws: FederationError.self) { try UpdateDecoder.decode(changed) }
        }
        for length in bytes.indices {
            #expect(throws: FederationError.self) { try UpdateDecoder.decode(Array(bytes[..<length])) }
        }
    }

    /// Bytes whose checksum is right and whose contents lie: an error, never a trap, and no memory for what they claim.
    @Test func hostileBytesAreRefused() throws {
        let update = try Sampled.honest(1, shapes: [[3, 5], [40]]).updates[0]
        let content = Array(try CompressedUpdate(update, keep: 0.2, bits: 4).bytes.dropLast(4))
        for index in content.indices {
            for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] where content[index] != value {
                var changed = content
                changed[index] = value
                _ = try? UpdateDecoder.decode(CompressedUpdate.sealed(changed))
            }
        }
        // Shapes of a million million numbers.
        var claim = content
        let shape = try #require(claim.firstIndex(of: 40))
        claim.replaceSubrange(shape...shape, with: [0x80, 0x80, 0x80, 0x80, 0x80, 0x20])
        claim[12] += 5
        let error = #expect(throws: FederationError.self) { try UpdateDecoder.decode(CompressedUpdate.sealed(claim)) }
        #expect(error?.message.contains("claim more numbers") == true)
    }

    @Test func theReceiverMayExpectSomethingElse() throws {
        let bytes = try CompressedUpdate(Sampled.one([1, 2, 3]), keep: 1, bits: 8).bytes
        let error = #expect(throws: FederationError.self) {
            try UpdateDecoder.decode(bytes, like: Sampled.one([1, 2]))
        }
        #expect(error?.message.contains("`w` of shape [3]") == true)
        #expect(throws: FederationError.self) { try UpdateDecoder.decode(bytes, limit: 8) }
    }

    @Test func whatCannotBeSentIsRefused() throws {
        let update = try Sampled.one([1, 2])
        #expect(throws: FederationError.self) { try CompressedUpdate(update, keep: 0, bits: 4) }
        #expect(throws: FederationError.self) { try CompressedUpdate(update, keep: .nan, bits: 4) }
        #expect(throws: FederationError.self) { try CompressedUpdate(update, keep: 1, bits: 9) }
        #expect(throws: FederationError.self) { try CompressedUpdate(Update([]), keep: 1, bits: 8) }
        #expect(throws: FederationError.self) { try CompressedUpdate(Sampled.one([.nan]), keep: 1, bits: 8) }
        #expect(throws: FederationError.self) {
            try CompressedUpdate(update, keep: 1, bits: 8, residual: Sampled.one([1]))
        }
        let large = Update([.init(name: "w", tensor: try Tensor([1e300], shape: [1]))])
        #expect(throws: FederationError.self) { try CompressedUpdate(large, keep: 1, bits: 8) }
    }
}
