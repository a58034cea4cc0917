// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

extension SchemaNotes {
    /// The page about the database, in Markdown.
    static var page: String {
        let tables = tables.map { table in
            let rows = table.columns.map { "| `\($0.key)` | \($0.value) |" }
            return "### `\(table.name)`\n\n\(table.note).\n\n| column | holds |\n| --- | --- |\n"
                + rows.joined(separator: "\n")
        }
        let views = SchemaViews.all.map { view in
            let comment = view.sql.split(separator: "\n").prefix { $0.hasPrefix("--") }
                .map { $0.drop { $0 == "-" || $0 == " " } }.joined(separator: " ")
            return "| `\(view.name)` | \(comment) |"
        }
        return """
            # A run's database

            `run.sqlite` is an SQLite database that anybody may read, also while a coordinator writes
            to it: `sqlite3 -readonly runs/first/run.sqlite`. What follows is in the database, too:
            `SELECT * FROM column_notes`. This page is made from `SchemaNotes.swift`; `SchemaTests`
            says how.

            ## Views

            They answer what is asked most. The program reads none of them, and makes them anew
            whenever a coordinator opens the run; a database that only an older program has written
            has none.

            | view | gives |
            | --- | --- |
            \(views.joined(separator: "\n"))

                -- The learning curve, for a plot.
                SELECT generation, mean, evaluation_mean FROM learning_curve;
                -- The ten hardest evaluation tracks, and how rollouts end there.
                SELECT * FROM track_returns WHERE purpose = 'evaluation' LIMIT 10;
                -- The returns of one generation.
                SELECT track, return, "end" FROM rollout_list
                WHERE purpose = 'training' AND generation = 7 ORDER BY return;
                -- Who has driven how much, and how fast.
                SELECT * FROM time_by_host;

            `inspect --tracks` and `inspect --rollouts` print the like without SQL, as text, CSV or
            JSON.

            ## Tables

            Times are ISO 8601, UTC. NULL is a number that is none. `STRICT` tables refuse values of
            another type.

            \(tables.joined(separator: "\n\n"))

            """
    }
}
