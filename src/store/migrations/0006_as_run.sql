-- What has been on the air, kept for good: an airing is copied here when it has ended, with what
-- was true of it then. No reference to channels, entries or media: a proof of screening outlives
-- them. -1 where a number is not known any more. The epoch tells a channel from an earlier one of
-- the same name.
CREATE TABLE as_run (
    channel_id TEXT NOT NULL,
    ordinal BIGINT NOT NULL,
    entry_id TEXT NOT NULL,
    titles TEXT NOT NULL,
    author TEXT NOT NULL,
    country TEXT NOT NULL,
    media_id TEXT NOT NULL,
    subtitles_id TEXT NOT NULL,
    source_sha256 TEXT NOT NULL,
    epoch_ms BIGINT NOT NULL,
    start_ms BIGINT NOT NULL,
    start_ticks BIGINT NOT NULL,
    duration_ticks BIGINT NOT NULL CHECK (duration_ticks > 0),
    media_duration_ticks BIGINT NOT NULL,
    frame_rate_numerator BIGINT NOT NULL,
    frame_rate_denominator BIGINT NOT NULL,
    PRIMARY KEY (channel_id, epoch_ms, ordinal)
);

CREATE INDEX as_run_by_channel ON as_run (channel_id, start_ms);
CREATE INDEX as_run_by_entry ON as_run (entry_id, start_ms);

-- Marks are kept as long. Nothing has written any before this step.
DROP TABLE as_run_marks;
CREATE TABLE as_run_marks (
    channel_id TEXT NOT NULL,
    epoch_ms BIGINT NOT NULL,
    ordinal BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (channel_id, epoch_ms, ordinal, kind, detail)
);

-- When a server was last known to run: what the rundown says of the time between that and the next
-- start, nobody can have been sent.
CREATE TABLE on_air_watch (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    alive_ms BIGINT NOT NULL
);
