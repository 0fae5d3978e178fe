/// The limits of an expert, counting what this pass made before (R94).
struct EntryLimits {
    let maxOpenPositions: Int64?
    let maxEntriesPerHour: Int64?
    let activePositions: Int
    let entriesInHour: Int

    init(_ context: SettleContext) {
        maxOpenPositions = context.expert.settings.maxOpenPositions
        maxEntriesPerHour = context.expert.settings.maxEntriesPerHour
        activePositions = context.activePositions
        entriesInHour = context.entriesInHour
    }

    /// Why no entry may follow the `made` ones of this pass; nil where one may.
    func refusal(after made: Int) -> String? {
        if let most = maxOpenPositions, EntryLimits.reached(most, activePositions, made) {
            return "max_open_positions of \(most) is reached"
        }
        if let most = maxEntriesPerHour, EntryLimits.reached(most, entriesInHour, made) {
            return "max_entries_per_hour of \(most) is reached"
        }
        return nil
    }

    private static func reached(_ most: Int64, _ before: Int, _ made: Int) -> Bool {
        Int128(before) + Int128(made) >= Int128(most)
    }
}
