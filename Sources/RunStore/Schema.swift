// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import GRDB

/// The tables, as a list of steps that are never changed once released: a new form is a new step.
///
/// A step's name says with which version it came, "2 (0.2.0): ...", since an older program that meets
/// it shows that name.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for (name, sql) in steps { add(name, sql, to: &migrator) }
        return migrator
    }

    /// Adds a step; SQLite renames no table and drops no column that a view speaks of, so the views go
    /// first.
    static func add(_ name: String, _ sql: String, to migrator: inout DatabaseMigrator) {
        migrator.registerMigration(name) { database in
            try SchemaViews.drop(database)
            try database.execute(sql: sql)
        }
    }

    private static let steps = [
        ("1: the run, its generations and its rollouts", firstTables),
        ("2 (0.2.0): who answers for a result, and who is not believed", parties),
        ("3 (0.3.0): which core drove", cores),
        ("4 (0.3.0): when a result arrived, and the shape of the search", arrivals),
        ("5 (0.3.0): shares of a core's time, and the best candidates", shares),
        ("6 (0.3.0): copies of episodes that came second", copies),
        ("7 (0.4.0): tracks that are driven again, and races", hardTracks),
        ("8 (0.4.0): what an objective tells, and parameters in double precision", objectives),
        ("9 (0.4.0): what is dreamt and not driven", dreams),
    ]

    // A track seed is an unsigned 64-bit number kept as the signed one with the same bits.
    // A return that is no number (NaN) is kept as NULL. STRICT: a value of another type than its
    // column is refused by SQLite, so reading need not expect one.
    private static let firstTables = """
        CREATE TABLE run (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            identifier TEXT NOT NULL,
            program TEXT NOT NULL,
            created TEXT NOT NULL
        ) STRICT;
        CREATE TABLE settings (
            position INTEGER NOT NULL,
            name TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE generations (
            generation INTEGER PRIMARY KEY,
            candidates INTEGER NOT NULL,
            tracks INTEGER NOT NULL,
            best REAL, mean REAL, standard_deviation REAL, worst REAL,
            failed INTEGER NOT NULL,
            sigma REAL NOT NULL,
            steps INTEGER NOT NULL,
            seconds REAL NOT NULL,
            elapsed REAL NOT NULL,
            workers INTEGER NOT NULL,
            state_digest TEXT NOT NULL,
            fitness_digest TEXT NOT NULL,
            finished TEXT NOT NULL
        ) STRICT;
        CREATE TABLE optimiser_state (
            generation INTEGER PRIMARY KEY,
            state BLOB NOT NULL
        ) STRICT;
        CREATE TABLE candidates (
            generation INTEGER NOT NULL,
            candidate INTEGER NOT NULL,
            mean_return REAL,
            PRIMARY KEY (generation, candidate)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE workers (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            first_seen TEXT NOT NULL,
            last_seen TEXT NOT NULL,
            rollouts INTEGER NOT NULL,
            steps INTEGER NOT NULL,
            UNIQUE (name, fingerprint)
        ) STRICT;
        CREATE TABLE rollouts (
            purpose TEXT NOT NULL CHECK (purpose IN ('training', 'evaluation')),
            generation INTEGER NOT NULL,
            candidate INTEGER NOT NULL,
            repetition INTEGER NOT NULL,
            track_seed INTEGER NOT NULL,
            return REAL,
            steps INTEGER NOT NULL,
            tiles_visited INTEGER NOT NULL,
            track_tiles INTEGER NOT NULL,
            end TEXT NOT NULL,
            worker INTEGER NOT NULL REFERENCES workers (id),
            seconds REAL NOT NULL,
            PRIMARY KEY (purpose, generation, candidate, repetition)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE evaluations (
            generation INTEGER PRIMARY KEY,
            episodes INTEGER NOT NULL,
            mean REAL, standard_deviation REAL,
            steps INTEGER NOT NULL,
            seconds REAL NOT NULL,
            parameters BLOB NOT NULL,
            digest TEXT NOT NULL,
            finished TEXT NOT NULL
        ) STRICT;
        CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            time TEXT NOT NULL,
            kind TEXT NOT NULL,
            message TEXT NOT NULL
        ) STRICT;
        CREATE TABLE losses (
            model TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            split TEXT NOT NULL,
            term TEXT NOT NULL,
            value REAL,
            PRIMARY KEY (model, epoch, split, term)
        ) STRICT, WITHOUT ROWID;
        """

    // A rule of a table cannot be changed, so `workers` is made anew. What an older program drove has
    // no party: its results are nobody's, and stay.
    private static let parties = """
        ALTER TABLE rollouts
            ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0 CHECK (confirmed IN (0, 1));
        CREATE TABLE new_workers (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            party TEXT NOT NULL DEFAULT '',
            first_seen TEXT NOT NULL,
            last_seen TEXT NOT NULL,
            rollouts INTEGER NOT NULL,
            steps INTEGER NOT NULL,
            UNIQUE (name, fingerprint, party)
        ) STRICT;
        INSERT INTO new_workers (id, name, fingerprint, first_seen, last_seen, rollouts, steps)
            SELECT id, name, fingerprint, first_seen, last_seen, rollouts, steps FROM workers;
        DROP TABLE workers;
        ALTER TABLE new_workers RENAME TO workers;
        CREATE TABLE quarantines (
            id INTEGER PRIMARY KEY,
            party TEXT NOT NULL,
            workers TEXT NOT NULL,
            reason TEXT NOT NULL,
            is_distrusted INTEGER NOT NULL,
            time TEXT NOT NULL,
            ends TEXT
        ) STRICT;
        CREATE TABLE releases (
            id INTEGER PRIMARY KEY,
            party TEXT NOT NULL,
            time TEXT NOT NULL
        ) STRICT;
        """

    // A worker of an older program was one core.
    private static let cores = "ALTER TABLE rollouts ADD COLUMN core INTEGER NOT NULL DEFAULT 0"

    // Milliseconds since 1970; earlier programs did not keep them. The search's shape was in the
    // optimiser's state alone, of which the last one is kept.
    private static let arrivals = """
        ALTER TABLE rollouts ADD COLUMN arrived INTEGER;
        ALTER TABLE generations ADD COLUMN path_length REAL;
        ALTER TABLE generations ADD COLUMN axis_ratio REAL;
        ALTER TABLE generations ADD COLUMN least_deviation REAL;
        ALTER TABLE generations ADD COLUMN median_deviation REAL;
        ALTER TABLE generations ADD COLUMN greatest_deviation REAL;
        """

    // What earlier programs measured, `seconds`, is shared by all that a core drove in lockstep: no
    // episode's share can be told from it, so there is none.
    private static let shares = """
        ALTER TABLE rollouts ADD COLUMN core_seconds REAL;
        CREATE TABLE best_candidates (
            generation INTEGER PRIMARY KEY,
            candidate INTEGER NOT NULL,
            parameters BLOB NOT NULL
        ) STRICT;
        """

    // A copy's driver is named by its text: it may never have driven what counts.
    private static let copies = """
        CREATE TABLE copies (
            id INTEGER PRIMARY KEY,
            purpose TEXT NOT NULL CHECK (purpose IN ('training', 'evaluation')),
            generation INTEGER NOT NULL,
            candidate INTEGER NOT NULL,
            repetition INTEGER NOT NULL,
            worker TEXT NOT NULL,
            core INTEGER NOT NULL,
            seconds REAL NOT NULL,
            arrived INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX copies_of_generation ON copies (generation, purpose);
        """

    // Earlier generations drove all candidates on all tracks, none of which was chosen.
    private static let hardTracks = """
        CREATE TABLE hard_tracks (
            track_seed INTEGER PRIMARY KEY,
            difficulty REAL NOT NULL,
            driven INTEGER NOT NULL,
            generation INTEGER NOT NULL
        ) STRICT;
        ALTER TABLE generations ADD COLUMN rollouts INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE generations ADD COLUMN hard_tracks INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE generations ADD COLUMN rank_correlation REAL;
        UPDATE generations SET rollouts = candidates * tracks;
        """

    // `parameters` has the same numbers rounded, for those who know no others.
    private static let objectives = """
        ALTER TABLE rollouts ADD COLUMN info TEXT;
        ALTER TABLE best_candidates ADD COLUMN doubles BLOB;
        """

    // Earlier programs drove all of it.
    private static let dreams = """
        ALTER TABLE rollouts ADD COLUMN dream_temperature REAL;
        ALTER TABLE generations ADD COLUMN dream_temperature REAL;
        ALTER TABLE workers ADD COLUMN dream_steps INTEGER NOT NULL DEFAULT 0;
        """
}
