// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: 2026 the worldmodels authors

/// What each table and column holds, for people: in the database as the view `column_notes`, and on
/// the page Database.md.
enum SchemaNotes {
    /// A table or view, and what it holds.
    struct Entry {
        var name: String
        var note: String
        /// The columns in their order.
        var columns: KeyValuePairs<String, String> = [:]
    }

    /// The notes as the query of a view with the columns object, column_name and note.
    static var query: String {
        func quoted(_ text: String) -> String {
            "'" + text.replacing("'", with: "''") + "'"
        }
        let rows = tables.flatMap { table in
            ["(\(quoted(table.name)), NULL, \(quoted(table.note)))"]
                + table.columns.map { column, note in
                    "(\(quoted(table.name)), \(quoted(column)), \(quoted(note)))"
                }
        }
        return """
            -- What the tables and their columns hold; a note without a column is of the table.
            SELECT column1 AS object, column2 AS column_name, column3 AS note FROM (VALUES
            \(rows.joined(separator: ",\n"))
            )
            """
    }

    private static let time = "ISO 8601, UTC, to the millisecond: text order is time order"
    private static let digest = "SHA-256, hexadecimal"

    /// The tables that hold the run; times, digests and seeds have one form everywhere.
    static let tables: [Entry] = [
        Entry(
            name: "run", note: "Which run it is; one row",
            columns: [
                "id": "1", "identifier": "A random name, which workers are told",
                "program": "The program that began it, with its version",
                "created": time,
            ]),
        Entry(
            name: "settings",
            note: "What defines the run: options of the coordinator and digests of the models",
            columns: [
                "position": "The order in which they are shown", "name": "The option's name",
                "value": "As it is written on a command line",
            ]),
        Entry(
            name: "generations", note: "Complete generations",
            columns: [
                "generation": "Counted from 1", "candidates": "Vectors of parameters",
                "tracks": "Tracks that each of them was driven on, or the most where they raced",
                "best": "The best candidate's mean return; NULL: no number",
                "mean": "The candidates' average",
                "standard_deviation": "Of the candidates' mean returns (of the population)",
                "worst": "The worst candidate's mean return",
                "failed": "Candidates without a usable return, ranked last",
                "sigma": "The search's step size after it",
                "steps": "Steps of its rollouts, of the environment or of M's dreams",
                "seconds": "Wall clock of the generation, in the process that ended it",
                "elapsed": "Wall clock of the run up to its end, over all processes",
                "workers": "Processes that drove for it",
                "state_digest": "\(digest): of the optimiser's state after it",
                "fitness_digest": "\(digest): of the candidates' mean returns",
                "finished": time,
                "path_length":
                    "The length of the step size's evolution path; 1: a random walk's. It and the"
                    + " next four are NULL before 0.3.0",
                "axis_ratio": "The longest axis of the search's distribution over its shortest",
                "least_deviation": "The least of the parameters' standard deviations",
                "median_deviation": "The median of them",
                "greatest_deviation": "The greatest of them",
                "rollouts": "Rollouts that its returns are made of",
                "hard_tracks": "How many of its tracks were drawn from hard_tracks",
                "rank_correlation":
                    "How well the candidates' ranking would be met again on as many other tracks,"
                    + " of 1; NULL: not known, as before 0.4.0",
                "dream_temperature": "At which M dreamt its rollouts; NULL: they were driven",
            ]),
        Entry(
            name: "hard_tracks",
            note:
                "Training tracks on which candidates failed, for generations to come: hard-track-share",
            columns: [
                "track_seed": "The track, as in rollouts",
                "difficulty":
                    "The share of the last candidates there that did not finish the lap; less by a"
                    + " tenth with each generation since",
                "driven": "The last generation that drove it",
                "generation": "After which this was so",
            ]),
        Entry(
            name: "optimiser_state",
            note: "The search between two generations, of the last two: what a run goes on from",
            columns: [
                "generation": "After which it was taken; 0: the start",
                "state": "The program's form",
            ]),
        Entry(
            name: "candidates", note: "Each candidate's result",
            columns: [
                "generation": "Its generation", "candidate": "Its number there, from 0",
                "mean_return":
                    "The mean over its tracks; NULL: a rollout was set aside. Of tracks that only the"
                    + " others of a race drove, by estimates",
            ]),
        Entry(
            name: "best_candidates",
            note: "The parameters of each generation's best candidate; none of before 0.3.0",
            columns: [
                "generation": "The generation", "candidate": "Its number there",
                "parameters":
                    "32-bit floats, little-endian: C's weights by output, then its biases; or an"
                    + " objective's variables",
                "doubles":
                    "The same as 64-bit floats, where these were evaluated; NULL: parameters were",
            ]),
        Entry(
            name: "workers", note: "Who has driven",
            columns: [
                "id": "What rollouts.worker refers to", "name": "Host and process: mars/417",
                "fingerprint": "Processor and compiled loops: what decides a result's last bits",
                "party":
                    "Who answers for it: its key and address; '': this process, or before 0.2.0",
                "first_seen": "Its first result's arrival",
                "last_seen": "Its last result's arrival",
                "rollouts": "Results that counted", "steps": "Environment steps of those",
                "dream_steps": "Steps of those that M dreamt",
            ]),
        Entry(
            name: "rollouts", note: "Every episode's result",
            columns: [
                "purpose": "training or evaluation",
                "generation": "Its generation, or the one after which it was evaluated",
                "candidate": "The candidate's number; 0 for evaluations",
                "repetition": "Which of the candidate's tracks, from 0",
                "track_seed":
                    "The track, or a dream's start and draws: an unsigned number of 64 bits, kept as the signed one with the same"
                    + " bits; printf('%u', track_seed) is what the program takes",
                "return":
                    "The sum of the rewards, in a dream of those that M expected; NULL: it was set"
                    + " aside",
                "steps": "Steps of the environment, or of M's dream",
                "tiles_visited": "Tiles of the track that were touched",
                "track_tiles": "Tiles that the track has",
                "end":
                    "lapCompleted, leftPlayfield, timeLimit, noNewTile, stepCap, behindPace,"
                    + " actionNotFinite or setAside; dreamEnded; answered or noValue of an objective",
                "worker": "Who drove it: workers.id",
                "seconds":
                    "Wall clock from its start to its end. Its core drove others in lockstep in that"
                    + " time: not to be summed",
                "confirmed": "1: another party gave the same outcome",
                "core": "Which of the worker's cores, from 0",
                "arrived":
                    "When the coordinator had it: milliseconds since 1970; NULL before 0.3.0",
                "core_seconds":
                    "Its share of its core's time: summed, the time that cores were busy; NULL: not"
                    + " measured, as before 0.3.0",
                "info":
                    "What an objective told beside its value: a JSON object of numbers; NULL: nothing",
                "dream_temperature": "At which M dreamt it; NULL: it was driven",
            ]),
        Entry(
            name: "copies",
            note:
                "Results of episodes that another driver's result counts of, with the same outcome:"
                + " repeated because they were slow, or to be confirmed",
            columns: [
                "id": "Their order", "purpose": "As in rollouts", "generation": "As in rollouts",
                "candidate": "As in rollouts", "repetition": "As in rollouts",
                "worker": "Who drove it: host and process",
                "core": "Which of the worker's cores, from 0",
                "seconds": "Wall clock from its start to its end",
                "arrived": "When the coordinator had it: milliseconds since 1970",
            ]),
        Entry(
            name: "evaluations",
            note: "Evaluations of the distribution's mean on the fixed evaluation tracks",
            columns: [
                "generation": "After which it was made", "episodes": "Tracks",
                "mean": "The mean return; NULL: a rollout was set aside",
                "standard_deviation": "Over the tracks (n - 1)", "steps": "Environment steps",
                "seconds": "Wall clock, in the process that ended it",
                "parameters": "What was evaluated, as in best_candidates",
                "digest": "\(digest): of the parameters and the returns", "finished": time,
            ]),
        Entry(
            name: "events", note: "What happened",
            columns: [
                "id": "Their order", "time": time, "kind": "A word for programs, such as lost",
                "message": "A sentence for people",
            ]),
        Entry(
            name: "losses", note: "Losses of the training of V and M",
            columns: [
                "model": "vae or mdrnn", "epoch": "Counted from 1",
                "split": "training or held-out", "term": "Such as total",
                "value": "The mean over the examples",
            ]),
        Entry(
            name: "quarantines", note: "Times in which a party got no tasks",
            columns: [
                "id": "Their order", "party": "Who: workers.party",
                "workers": "The workers known then, with spaces between",
                "reason": "A sentence for people",
                "is_distrusted": "1: its results were not believed either",
                "time": "Its beginning", "ends": "Its end; NULL: that of the run",
            ]),
        Entry(
            name: "releases",
            note: "A person's requests to end quarantines, until they are seen to",
            columns: ["id": "Their order", "party": "Whose", "time": time]),
    ]
}
