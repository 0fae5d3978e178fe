import Testing

@testable import Commands

@Suite struct OptionParserTests {}
