import Foundation
import ServiceSupport

/// Validates documents against `config/schemas/`, by Debian's python3-jsonschema in one process for all of them.
enum SchemaValidator {
    struct Document: Encodable {
        /// The file, with a fragment where it is a part of it: `analysis-event.json#/$defs/fields`.
        var schema: String
        /// JSON.
        var text: String
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("config/schemas").path

    /// A Python that has the library; nil where none has.
    static let python: String? = {
        let candidates = ["/usr/bin/python3"] + (BuiltProgram.find("python3").map { [$0] } ?? [])
        return candidates.first { path in
            guard FileManager.default.isExecutableFile(atPath: path) else { return false }
            let child = try? ChildProcess(path, ["-c", "from jsonschema import Draft202012Validator"])
            return child?.waitForExit() == .code(0)
        }
    }()

    /// What is wrong in each document, empty where it is valid. Every schema of the folder is checked against its metaschema.
    static func problems(_ documents: [Document]) throws -> [[String]] {
        guard let python else {
            throw Failure(description: "no python3 with jsonschema: deploy/setup --tests installs it")
        }
        let encoder = JSONEncoder()
        let input = try documents.reduce(into: [UInt8]()) { $0 += try encoder.encode($1) + [UInt8(ascii: "\n")] }
        let child = try ChildProcess(python, ["-c", script, folder], input: input)
        let exit = child.waitForExit(seconds: 240)
        guard exit == .code(0) else { throw Failure(description: "the validator: \(exit as Any)\n\(child.errors)") }
        let lines = child.output.split(separator: "\n")
        guard lines.count == documents.count else {
            throw Failure(description: "\(lines.count) answers to \(documents.count) documents")
        }
        let decoder = JSONDecoder()
        return try lines.map { try decoder.decode([String].self, from: Data($0.utf8)) }
    }

    /// Numbers are decimals here, too: a binary fraction can't hold the limits.
    private static let script = #"""
        import decimal, json, pathlib, sys, warnings
        warnings.simplefilter("ignore")
        from jsonschema import Draft202012Validator, RefResolver

        def number(text):
            value = decimal.Decimal(text)
            return int(value) if value == value.to_integral_value() else value

        def load(text):
            return json.loads(text, parse_float=number, parse_constant=lambda name: 1 / 0)

        folder = pathlib.Path(sys.argv[1])
        store = {}
        for path in folder.glob("*.json"):
            schema = load(path.read_text(encoding="utf-8"))
            Draft202012Validator.check_schema(schema)
            store[path.as_uri()] = schema
        base = folder.as_uri() + "/"
        validators = {}
        for line in sys.stdin:
            request = json.loads(line)
            name = request["schema"]
            if name not in validators:
                root = {"$ref": name}
                validators[name] = Draft202012Validator(root, resolver=RefResolver(base, root, store=store))
            found = []
            for error in validators[name].iter_errors(load(request["text"])):
                place = "/".join(str(part) for part in error.absolute_path)
                found.append(f"{place}: {error.message[:200]}")
            print(json.dumps(found))
        """#
}
