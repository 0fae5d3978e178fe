/// A named step from one schema to the next; its number is its place in the list, counted from 1. Once released it never changes.
struct Migration {
    var name: String
    var sql: String
}
