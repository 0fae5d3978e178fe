import Settings
import Testing

@Suite struct ConfigurationTests {
    @Test func defaults() throws {
        let configuration = try ConfigurationLoader.load(file: nil, environment: [:])
        #expect(configuration.kafka.bootstrapServers == .embedded)
        for setting in SettingTable.all { #expect(setting.source(configuration) == .builtIn) }
    }
}
