// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import Foundation
import Testing

@testable import ArrayFiles

/// Files of other formats, given where a model, a recording or an array is read.
struct ForeignFileTests {
    private static let pointer = """
        version https://git-lfs.github.com/spec/v1
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
        size 17394048

        """

    private static func tar(_ name: String) -> Data {
        var block = [UInt8](repeating: 0, count: 1024)
        block.replaceSubrange(0..<name.utf8.count, with: name.utf8)
        block.replaceSubrange(257..<262, with: "ustar".utf8)
        return Data(block)
    }

    static let samples: [(data: Data, format: FileFormat, remedy: String)] = [
        (Data(pointer.utf8), .pointer, "git lfs pull"),
        (Data("\n<!DOCTYPE html>\n<html>\n<head>".utf8), .webPage, "download the file itself"),
        (Data("<?xml version=\"1.0\"?><Error>".utf8), .webPage, "download the file itself"),
        (Data("{\"fc.bias\": [0, 0, 0]}".utf8), .jsonObject, "json.load(open('runs/x/best.tar'))"),
        (Data("[[1, -2], [3]]".utf8), .jsonList, "the paper's code"),
        (tar("vae/best.tar"), .tar, "tar -xf 'runs/x/best.tar'"),
        (
            tar("sys_info"), .torchTar,
            "torch.load(open('runs/x/best.tar', 'rb'), 'cpu', weights_only=False)"
        ),
        (Data([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), .compressed, "unpack it"),
        (Data([0x89] + Array("HDF\r\n\u{1a}\n".utf8) + [0, 0]), .hdf5, "safetensors"),
    ]

    private func foreign(_ expected: FileFormat, _ read: () throws -> Void) -> FileError? {
        #expect(throws: FileError.self, performing: read)
    }

    @Test(arguments: samples.indices)
    func `what a file is by its content is said, with what to do`(index: Int) throws {
        let (data, format, remedy) = Self.samples[index]
        let name = "runs/x/best.tar"
        let model = try #require(
            foreign(.safetensors) { _ = try SafetensorsFile(data: data, name: name) })
        #expect(model == .foreign(file: name, found: format, expected: .safetensors))
        #expect(model.description.contains(remedy))
        #expect(model.description.hasPrefix("runs/x/best.tar is "))
        let archive = foreign(.npz) { _ = try NPZReader(data: data, name: name) }
        #expect(archive == .foreign(file: name, found: format, expected: .npz))
        let array = foreign(.npy) { _ = try NPYArray(fileBytes: [UInt8](data), name: name) }
        #expect(array == .foreign(file: name, found: format, expected: .npy))
    }

    @Test(arguments: [
        ("archive.tar", FileFormat.torchArchive, "torch.load(open("),
        ("legacy.pth", .torchPickle, "torch.load(open("),
        ("script.pt", .torchScript, "torch.jit.load("), ("arrays.npz", .npz, "numpy.load("),
        ("objects.pkl", .pickle, "from the program that made it"),
    ])
    func `models that PyTorch, numpy and pickle wrote are known`(
        fixture: String, format: FileFormat, remedy: String
    ) throws {
        let data = try Data(contentsOf: golden("foreign/" + fixture))
        let error = foreign(.safetensors) { _ = try SafetensorsFile(data: data, name: "m") }
        #expect(error == .foreign(file: "m", found: format, expected: .safetensors))
        #expect(error?.description.contains(remedy) == true)
        if format == .torchArchive {
            // A download that was cut short is still what it is.
            let start = data.prefix(600)
            let error = foreign(.safetensors) { _ = try SafetensorsFile(data: start, name: "m") }
            #expect(error == .foreign(file: "m", found: format, expected: .safetensors))
        }
        if format != .npz {
            let error = foreign(.npz) { _ = try NPZReader(data: data, name: "m") }
            #expect(error == .foreign(file: "m", found: format, expected: .npz))
        }
    }

    @Test func `a model given as a recording is named, a damaged file stays damaged`() throws {
        let model = SafetensorsFile(tensors: ["w": Tensor(zeros: [1])]).encoded()
        let error = foreign(.npz) { _ = try NPZReader(data: model, name: "m") }
        #expect(error == .foreign(file: "m", found: .safetensors, expected: .npz))
        for data in [Data(), Data([0, 1, 2]), Data(repeating: 7, count: 300), model.dropLast()] {
            guard
                case .malformed = foreign(
                    .safetensors, { _ = try SafetensorsFile(data: Data(data), name: "m") })
            else {
                Issue.record("\(data.count) bytes are taken for another format")
                continue
            }
        }
        // The first bytes of other formats are no length of a header that could be told.
        let other = foreign(.safetensors) {
            _ = try SafetensorsFile(data: Data("GGUF and what follows".utf8), name: "m")
        }
        #expect(
            other
                == .malformed(file: "m", reason: "it does not begin as a safetensors file does"))
    }

    @Test(arguments: [
        ("best.tar", "'best.safetensors')"), ("a b/x.y.pth", "'a b/x.y.safetensors')"),
        ("/w/archive", "'/w/archive.safetensors')"), ("/w/.tar", "'/w/.tar.safetensors')"),
        ("w/vae.safetensors", "'w/vae-converted.safetensors')"),
        ("it's.pt", "'FILE.safetensors')"), ("$(reboot).pt", "'FILE.safetensors')"),
        ("a\"b.pt", "'FILE.safetensors')"), ("a\nb.pt", "'FILE.safetensors')"),
    ])
    func `the line of Python can be pasted into a shell, whatever the file's name`(
        path: String, target: String
    ) throws {
        let data = try Data(contentsOf: golden("foreign/archive.tar"))
        let error = foreign(.safetensors) { _ = try SafetensorsFile(data: data, name: path) }
        let text = try #require(error?.description)
        let line = try #require(text.range(of: "python3 -c ").map { text[$0.upperBound...] })
        #expect(line.hasSuffix(target + "\""))
        #expect(line.filter { $0 == "\"" }.count == 2 && !line.contains("$"))
    }
}
