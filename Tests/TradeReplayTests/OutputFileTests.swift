import Foundation
import Testing
import TradeContracts
import TradeReplay

@Suite("An output file is whole or not there")
struct OutputFileTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "output-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func record(_ offset: Int64) -> EnvelopeRecord {
        EnvelopeRecord(
            topic: "t", partition: 0, offset: offset, timestamp: 1, key: nil, value: Array("v\(offset)".utf8))
    }

    private var names: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()) ?? []
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    @Test func itIsThereAtTheEnd() throws {
        let path = folder.appendingPathComponent("out").path
        try Data("before".utf8).write(to: URL(fileURLWithPath: path))
        let file = try OutputFile(.file(path))
        // More than the buffer holds.
        for offset in 0..<30_000 { try file.append(record(Int64(offset))) }
        #expect(try text("out") == "before")
        let digest = try file.finish()
        #expect(names == ["out"])
        #expect(try text("out").split(separator: "\n").count == 30_000)
        #expect(try text("out").utf8.count == Int(file.bytes))
        #expect(file.records == 30_000)
        let nowhere = try OutputFile(.nowhere)
        for offset in 0..<30_000 { try nowhere.append(record(Int64(offset))) }
        #expect(try nowhere.finish() == digest)
    }

    @Test func discarded() throws {
        let path = folder.appendingPathComponent("out").path
        try Data("before".utf8).write(to: URL(fileURLWithPath: path))
        do {
            let file = try OutputFile(.file(path))
            for offset in 0..<30_000 { try file.append(record(Int64(offset))) }
        }
        #expect(names == ["out"])
        #expect(try text("out") == "before")
    }

    /// SHA-256 of nothing, and of a known text (FIPS 180-4).
    @Test func digests() throws {
        #expect(
            try OutputFile(.nowhere).finish() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func whatIsNoRegularFileStays() throws {
        let file = try OutputFile(.file("/dev/null"))
        try file.append(record(0))
        _ = try file.finish()
        var status = stat()
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test func aLinkStays() throws {
        let target = folder.appendingPathComponent("target")
        let link = folder.appendingPathComponent("link")
        try Data("before".utf8).write(to: target)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
        let file = try OutputFile(.file(link.path))
        try file.append(record(0))
        _ = try file.finish()
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path).hasSuffix("target"))
        #expect(try text("target").contains("v0"))
    }

    @Test func whatCantBeWritten() throws {
        for path in [folder.path + "/none/out", folder.path] {
            let error = #expect(throws: ReplayError.self) { try OutputFile(.file(path)) }
            #expect(error?.code == .file && error?.message.contains(path) == true)
        }
        let full = try OutputFile(.file("/dev/full"))
        try full.append(record(0))
        #expect(throws: ReplayError.self) { try full.finish() }
    }
}
