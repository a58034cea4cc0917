// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

extension FileFormat: CustomStringConvertible {
    /// What it is, as in "the file is ...".
    public var description: String {
        switch self {
        case .safetensors: "a safetensors file"
        case .npz: "an .npz archive of numpy's"
        case .npy: "an .npy array of numpy's"
        case .torchArchive, .torchPickle, .torchTar: "a checkpoint that torch.save wrote"
        case .torchScript: "a model that torch.jit.save wrote"
        case .pickle: "a pickle of Python objects"
        case .hdf5: "an HDF5 file"
        case .jsonObject, .jsonList: "JSON text"
        case .tar: "a tar archive"
        case .zip: "a ZIP archive"
        case .compressed: "a compressed file"
        case .pointer: "a pointer of Git LFS that stands for the file"
        case .webPage: "a web page, not what it links to"
        }
    }

    /// What to do with a file of this format where another is read.
    func remedy(path: String, expected: FileFormat) -> String {
        switch self {
        case .pointer: return "fetch the file itself: git lfs pull"
        case .webPage: return "download the file itself"
        case .tar: return "unpack it first: tar -xf \(Self.quoted(path))"
        case .zip, .compressed: return "unpack it first"
        default: break
        }
        guard expected == .safetensors else { return "give \(expected)" }
        guard let line = conversion(path: path) else {
            return self == .jsonList
                ? "the paper's code keeps its weights so, in layouts of their own: train the models here"
                : "save its tensors with safetensors from the program that made it"
        }
        return "convert it: python3 -c \"\(line)\""
    }

    /// The line of Python that makes a safetensors file of it, between double quotes in a shell.
    private func conversion(path: String) -> String? {
        let isPlain = path.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || ("0"..."9").contains($0) || "._-+=:/ ".contains("\($0)")
        }
        let source = isPlain ? path : "FILE"
        let place = source.split(separator: "/").last.map(String.init) ?? source
        let stem = place.lastIndex(of: ".").map { place[..<$0] } ?? place[...]
        var target = source.dropLast(place.count) + (stem.isEmpty ? place[...] : stem)
        // What is called a safetensors file already is kept.
        if place == stem + ".safetensors" { target += "-converted" }
        func saved(_ modules: String, _ tensors: String, with library: String) -> String {
            "import \(modules); from safetensors.\(library) import save_file; "
                + "save_file(\(tensors), '\(target).safetensors')"
        }
        func loaded(_ weightsOnly: String) -> String {
            // The original's controllers have their return beside them, a number of numpy's. A name
            // that ends in .safetensors, as here, has PyTorch read it as such: so it gets the open
            // file.
            let numbers =
                "[n.dtype, type(n.dtype('d')), "
                + "(n.float64().__reduce__()[0], 'numpy.core.multiarray.scalar')]"
            return saved(
                "numpy as n, torch; torch.serialization.add_safe_globals(\(numbers)); "
                    + "s = torch.load(open('\(source)', 'rb'), 'cpu', "
                    + "weights_only=\(weightsOnly))",
                "{k: v.contiguous() for k, v in s.get('state_dict', s).items()}", with: "torch")
        }
        switch self {
        case .torchArchive, .torchPickle: return loaded("True")
        // This form can only be read in the way that runs what is in it.
        case .torchTar: return loaded("False")
        case .torchScript:
            return saved(
                "torch; s = torch.jit.load('\(source)', 'cpu').state_dict()",
                "{k: v.contiguous() for k, v in s.items()}", with: "torch")
        case .npz:
            return saved("numpy", "dict(numpy.load('\(source)'))", with: "numpy")
        case .jsonObject:
            return saved(
                "json, torch; s = json.load(open('\(source)'))",
                "{k: torch.tensor(v).float() for k, v in s.items()}", with: "torch")
        default: return nil
        }
    }

    private static func quoted(_ path: String) -> String {
        "'\(path.replacing("'", with: "'\\''"))'"
    }
}
