/// The store's schema: what a file of ours says it is, and the migrations that lead to the present form.
enum StoreSchema {
    /// In the file's header (`PRAGMA application_id`): "TrdM".
    static let applicationID: Int64 = 0x5472_644D
    /// The same of a copy that must not be run (`StoreCopy`): "TrdC".
    static let copyApplicationID: Int64 = 0x5472_6443

    static let migrations = [
        Migration(name: "first schema", sql: firstSchema),
        Migration(name: "the past of an expert in a symbol", sql: history),
        Migration(name: "halts", sql: halts),
        Migration(name: "the relay's place, and what is withdrawn from the outbox", sql: withdrawals),
        Migration(name: "which file a start found, and what an operator accepts", sql: acceptances),
    ]

    // `starts.file`: device and inode of a service that found nobody else using the store, so that a copy is told from a file that
    // stayed where it was (G6). `acceptances`: what an
    // operator has accepted for one start; `kind`: 1 owner, 2 gap (of a topic's partition); `used_by`: that start.
    private static let acceptances = """
        ALTER TABLE starts ADD COLUMN file TEXT;
        CREATE TABLE acceptances(
            number INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,
            topic TEXT,
            partition INTEGER,
            accepted_at INTEGER NOT NULL,
            used_by INTEGER
        ) STRICT;
        """

    // `relay_delivery`: 1 exactly once, 2 at least once, as all before this was. `outbox.withdrawn`: the reason why a row is set
    // aside. `withdrawals`: what is not to be published of the outbox up to a number (R93, R95); `scope`: 0 all, 1 an account, 2 an
    // expert, 3 a position; `high` and `low`: its id.
    private static let withdrawals = """
        ALTER TABLE store ADD COLUMN relay_delivery INTEGER;
        UPDATE store SET relay_delivery = 2, relay_place = '', relay_is_clean = 0 WHERE last_outbox > 0;
        ALTER TABLE outbox ADD COLUMN withdrawn INTEGER;
        CREATE TABLE withdrawals(
            number INTEGER PRIMARY KEY,
            scope INTEGER NOT NULL,
            high INTEGER NOT NULL,
            low INTEGER NOT NULL,
            through INTEGER NOT NULL,
            reason INTEGER NOT NULL,
            message TEXT NOT NULL
        ) STRICT;
        """

    // An operator's orders not to trade (R93). `scope`: 0 all, 1 an account, 2 an expert.
    private static let halts = """
        CREATE TABLE halts(
            scope INTEGER NOT NULL,
            id INTEGER NOT NULL,
            entries_only INTEGER NOT NULL,
            reason TEXT NOT NULL,
            since INTEGER NOT NULL,
            PRIMARY KEY (scope, id, entries_only)
        ) STRICT, WITHOUT ROWID;
        """

    // What rules ask about: the recommendation before another one (R40), and the last closes (R45).
    private static let history = """
        CREATE INDEX recommendations_by_symbol ON recommendations(expert, symbol, created_at, id);
        CREATE INDEX positions_closed ON positions(expert, symbol) WHERE status = 4;
        """

    // Rows are lean and in insertion order: their numbers come from the machine. Prices and
    // quantities are integers of billionths, times are microseconds since 1970; enumerations are the numbers of `StoreCodes`;
    // ids are two integers, because an index on one of eight bytes is half as large as on sixteen. STRICT keeps types true.
    // `relay_place` and `relay_is_clean` are for the relay's mark (design §6): whose Kafka mark it goes with, and whether the
    // last stop was clean. They are kept by whoever runs the relay.
    private static let firstSchema = """
        CREATE TABLE store(
            one INTEGER PRIMARY KEY CHECK (one = 1),
            id_high INTEGER NOT NULL,
            id_low INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            cluster TEXT,
            cluster_is_embedded INTEGER NOT NULL DEFAULT 0,
            last_commit INTEGER NOT NULL DEFAULT 0,
            last_event INTEGER NOT NULL DEFAULT 0,
            last_recommendation INTEGER NOT NULL DEFAULT 0,
            last_position INTEGER NOT NULL DEFAULT 0,
            last_outbox INTEGER NOT NULL DEFAULT 0,
            relay_mark INTEGER NOT NULL DEFAULT 0,
            relay_place TEXT,
            relay_is_clean INTEGER NOT NULL DEFAULT 0
        ) STRICT;

        CREATE TABLE starts(
            start INTEGER PRIMARY KEY,
            incarnation INTEGER NOT NULL,
            started_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE input_positions(
            cluster TEXT NOT NULL,
            topic TEXT NOT NULL,
            partition INTEGER NOT NULL,
            next_offset INTEGER NOT NULL,
            last_offset INTEGER NOT NULL,
            last_timestamp INTEGER,
            last_checksum INTEGER NOT NULL,
            PRIMARY KEY (cluster, topic, partition)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE events(
            number INTEGER PRIMARY KEY,
            hash INTEGER NOT NULL,
            id TEXT NOT NULL,
            source TEXT NOT NULL,
            topic INTEGER NOT NULL,
            partition INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            expert INTEGER NOT NULL,
            use_case INTEGER NOT NULL,
            occurred_at INTEGER NOT NULL,
            lookback_days INTEGER NOT NULL,
            traceparent BLOB,
            tracestate BLOB
        ) STRICT;
        CREATE INDEX events_by_hash ON events(hash);

        CREATE TABLE recommendations(
            number INTEGER PRIMARY KEY,
            event INTEGER NOT NULL,
            expert INTEGER NOT NULL,
            use_case INTEGER NOT NULL,
            id INTEGER NOT NULL,
            symbol TEXT NOT NULL,
            action INTEGER NOT NULL,
            confidence INTEGER,
            expected_profit INTEGER,
            price INTEGER NOT NULL,
            target INTEGER,
            risk INTEGER,
            horizon INTEGER,
            analysis INTEGER,
            created_at INTEGER NOT NULL,
            outcome INTEGER,
            run INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX recommendations_by_key ON recommendations(expert, use_case, id);
        CREATE INDEX recommendations_undecided ON recommendations(expert, use_case) WHERE outcome IS NULL;

        CREATE TABLE lock_keys(
            expert INTEGER NOT NULL,
            use_case INTEGER NOT NULL,
            run INTEGER NOT NULL,
            PRIMARY KEY (expert, use_case)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE positions(
            number INTEGER PRIMARY KEY,
            id_high INTEGER NOT NULL,
            id_low INTEGER NOT NULL,
            expert INTEGER NOT NULL,
            symbol TEXT NOT NULL,
            side INTEGER NOT NULL,
            status INTEGER NOT NULL,
            recommendation INTEGER NOT NULL,
            quantity INTEGER NOT NULL,
            price INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            opened_at INTEGER,
            closed_at INTEGER,
            close_price INTEGER,
            take_profit INTEGER,
            stop_loss INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX positions_active ON positions(expert, symbol) WHERE status IN (1, 2);
        CREATE INDEX positions_by_age ON positions(expert, created_at);
        CREATE INDEX positions_closing ON positions(expert) WHERE status = 3;

        CREATE TABLE orders(
            position INTEGER NOT NULL,
            place INTEGER NOT NULL,
            id_high INTEGER NOT NULL,
            id_low INTEGER NOT NULL,
            role INTEGER NOT NULL,
            status INTEGER NOT NULL,
            quantity INTEGER NOT NULL,
            price INTEGER,
            created_at INTEGER NOT NULL,
            PRIMARY KEY (position, place)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX orders_by_id ON orders(id_high);

        CREATE TABLE reference(
            kind INTEGER NOT NULL,
            id TEXT NOT NULL,
            json BLOB NOT NULL,
            topic TEXT,
            offset INTEGER,
            PRIMARY KEY (kind, id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE outbox(
            number INTEGER PRIMARY KEY,
            topic INTEGER NOT NULL,
            key BLOB,
            value BLOB,
            headers BLOB NOT NULL
        ) STRICT;
        """
}
