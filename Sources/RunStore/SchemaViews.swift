// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

import GRDB

/// Views for those who ask the database in SQL; the program itself reads none of them.
///
/// They hold no data and are no part of the steps: whoever opens a run for writing makes them anew
/// where they are not today's. A database of an older program, opened for reading, has none.
enum SchemaViews {
    /// Makes the views that are missing or of another program.
    ///
    /// A table that has one's name stays, and that view is left out.
    static func refresh(_ database: Database) throws {
        let found = try objects(of: database)
        for (name, sql) in all {
            let definition = "CREATE VIEW \(name) AS\n\(sql)"
            if let found = found[name] {
                guard found.type == "view", found.sql != definition else { continue }
                try database.execute(sql: "DROP VIEW \(name)")
            }
            try database.execute(sql: definition)
        }
    }

    /// Takes the views away.
    static func drop(_ database: Database) throws {
        let found = try objects(of: database)
        for (name, _) in all where found[name]?.type == "view" {
            try database.execute(sql: "DROP VIEW \(name)")
        }
    }

    /// What the database has, by name.
    private static func objects(
        of database: Database
    ) throws -> [String: (type: String, sql: String)] {
        var found: [String: (type: String, sql: String)] = [:]
        let objects = try Row.fetchAll(
            database, sql: "SELECT lower(name), type, coalesce(sql, '') FROM sqlite_master")
        for row in objects {
            guard let name = String.fromDatabaseValue(row[0]),
                let type = String.fromDatabaseValue(row[1]),
                let sql = String.fromDatabaseValue(row[2])
            else { continue }
            found[name] = (type, sql)
        }
        return found
    }

    /// Each view's name and its query.
    ///
    /// SQLite keeps the comments: ".schema" shows them.
    static var all: [(name: String, sql: String)] {
        [
            ("learning_curve", learningCurve), ("candidate_returns", candidateReturns),
            ("rollout_list", rolloutList), ("track_returns", trackReturns),
            ("time_by_host", timeByHost), ("loss_curve", lossCurve),
            ("confirmations", confirmations), ("contradictions", contradictions),
            ("column_notes", SchemaNotes.query),
        ]
    }

    private static let learningCurve = """
        -- How the search goes: a row for each complete generation.
        SELECT
            generation,
            -- Environment steps of the search up to its end, evaluations aside.
            sum(CASE WHEN dream_temperature IS NULL THEN generations.steps ELSE 0 END)
                OVER (ORDER BY generation) AS total_steps,
            -- Steps of M's dreams up to its end.
            sum(CASE WHEN dream_temperature IS NULL THEN 0 ELSE generations.steps END)
                OVER (ORDER BY generation) AS total_dream_steps,
            elapsed AS elapsed_seconds,
            generations.best, generations.mean, generations.standard_deviation,
            generations.worst, failed, sigma,
            -- NULL: its returns are of drives; else of dreams.
            dream_temperature,
            -- The distribution's mean on the evaluation tracks; NULL where there was none.
            evaluations.mean AS evaluation_mean,
            evaluations.standard_deviation AS evaluation_standard_deviation,
            evaluations.episodes AS evaluation_episodes
        FROM generations LEFT JOIN evaluations USING (generation)
        ORDER BY generation
        """

    private static let candidateReturns = """
        -- The candidates of each generation, best first: WHERE generation = 7.
        SELECT
            generation,
            rank() OVER (PARTITION BY generation ORDER BY mean_return DESC NULLS LAST) AS place,
            candidate, mean_return
        FROM candidates
        ORDER BY generation, place, candidate
        """

    private static let rolloutList = """
        -- Every rollout, its track's seed as the program takes it (play --track-seed), its driver by name.
        SELECT
            purpose, generation, candidate, repetition,
            printf('%u', track_seed) AS track,
            return, rollouts.steps, tiles_visited, track_tiles, "end",
            name AS worker, party, core, confirmed, seconds, core_seconds, dream_temperature
        FROM rollouts JOIN workers ON workers.id = worker
        """

    private static let trackReturns = """
        -- The tracks, the hardest first, and how rollouts ended there: WHERE purpose = 'evaluation'.
        SELECT
            purpose, printf('%u', track_seed) AS track,
            count(*) AS rollouts,
            avg(return) AS mean_return,
            -- Of the population: its square root is the deviation.
            max(0, avg(return * return) - avg(return) * avg(return)) AS variance,
            min(return) AS worst, max(return) AS best,
            sum("end" = 'lapCompleted') AS laps_completed,
            sum("end" = 'leftPlayfield') AS left_playfield,
            sum("end" = 'timeLimit') AS time_limit,
            sum("end" = 'noNewTile') AS no_new_tile,
            sum("end" NOT IN ('lapCompleted', 'leftPlayfield', 'timeLimit', 'noNewTile')) AS other
        FROM rollouts
        WHERE dream_temperature IS NULL
        GROUP BY purpose, track_seed
        ORDER BY mean_return
        """

    private static let timeByHost = """
        -- What each host has driven and how long its cores took. Rollouts of programs before 0.3.0 have
        -- no core_seconds: they count under rollouts and steps, not under measured_steps. Dreams count
        -- under dreams, dream_steps and dream_core_seconds alone.
        SELECT
            CASE instr(name, '/') WHEN 0 THEN name ELSE substr(name, 1, instr(name, '/') - 1) END
                AS host,
            count(DISTINCT worker) AS processes,
            count(*) FILTER (WHERE dream_temperature IS NULL) AS rollouts,
            sum(rollouts.steps) FILTER (WHERE dream_temperature IS NULL) AS steps,
            sum(core_seconds) FILTER (WHERE dream_temperature IS NULL) AS core_seconds,
            sum(CASE WHEN core_seconds IS NULL THEN 0 ELSE rollouts.steps END)
                FILTER (WHERE dream_temperature IS NULL) AS measured_steps,
            sum(CASE WHEN core_seconds IS NULL THEN 0 ELSE rollouts.steps END)
                FILTER (WHERE dream_temperature IS NULL)
                / sum(core_seconds) FILTER (WHERE dream_temperature IS NULL)
                AS steps_per_core_second,
            count(dream_temperature) AS dreams,
            sum(rollouts.steps) FILTER (WHERE dream_temperature IS NOT NULL) AS dream_steps,
            sum(core_seconds) FILTER (WHERE dream_temperature IS NOT NULL) AS dream_core_seconds,
            min(first_seen) AS first_seen, max(last_seen) AS last_seen
        FROM rollouts JOIN workers ON workers.id = worker
        GROUP BY host
        ORDER BY host
        """

    private static let lossCurve = """
        -- The models' losses by epoch, on the examples that were trained on and on those held out.
        SELECT
            model, epoch, term,
            max(value) FILTER (WHERE split = 'training') AS training,
            max(value) FILTER (WHERE split = 'held-out') AS held_out
        FROM losses
        GROUP BY model, epoch, term
        ORDER BY model DESC, epoch, term
        """

    private static let confirmations = """
        -- How many rollouts of each generation a second party has driven too, with the same outcome.
        SELECT
            purpose, generation, count(*) AS rollouts, sum(confirmed) AS confirmed,
            sum("end" = 'setAside') AS set_aside
        FROM rollouts
        GROUP BY purpose, generation
        ORDER BY purpose DESC, generation
        """

    private static let contradictions = """
        -- Where two hosts gave different results, what came of it, and who was not believed.
        SELECT time, kind, message FROM events
        WHERE kind IN ('disagreed', 'undecided', 'released')
        UNION ALL
        SELECT time, 'quarantined', party || ': ' || reason FROM quarantines
        ORDER BY time
        """
}
