-- What it takes to prepare entries and to put channels on the air.
--
-- Written for SQLite and PostgreSQL alike: instants are milliseconds of UTC since 1970, spans of
-- media are ticks of 90 kHz, truth is 0 or 1, JSON is text, and '' stands for "none" where a
-- column is not a reference.
-- A statement ends with a semicolon at the end of a line.

CREATE TABLE entries (
    id TEXT NOT NULL PRIMARY KEY,
    titles TEXT NOT NULL DEFAULT '{}',
    author TEXT NOT NULL DEFAULT '',
    country TEXT NOT NULL DEFAULT '',
    metadata TEXT NOT NULL DEFAULT '{}',
    source_path TEXT NOT NULL DEFAULT '',
    source_size BIGINT NOT NULL DEFAULT 0,
    source_modified_ns BIGINT NOT NULL DEFAULT 0,
    source_sha256 TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'new'
        CHECK (state IN ('new', 'queued', 'preparing', 'ready', 'failed')),
    reason TEXT NOT NULL DEFAULT '',
    media_id TEXT NOT NULL DEFAULT '',
    media_source_sha256 TEXT NOT NULL DEFAULT '',
    subtitles_id TEXT NOT NULL DEFAULT '',
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL
);

CREATE INDEX entries_by_source ON entries (source_path);

-- A film may have several subtitles of one language: full, forced, for the hard of hearing.
CREATE TABLE subtitle_sources (
    entry_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    language TEXT NOT NULL,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (entry_id, language, kind)
);

-- Prepared media outlives the entry it was made from: what has been on the air stays playable.
CREATE TABLE media (
    id TEXT NOT NULL PRIMARY KEY,
    house TEXT NOT NULL,
    duration_ticks BIGINT NOT NULL,
    frame_rate_numerator INTEGER NOT NULL,
    frame_rate_denominator INTEGER NOT NULL,
    size_bytes BIGINT NOT NULL,
    summary TEXT NOT NULL DEFAULT '{}',
    created_ms BIGINT NOT NULL
);

-- Editing a playlist adds a version; `version` names the one that counts.
CREATE TABLE playlists (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL
);

CREATE TABLE playlist_versions (
    playlist_id TEXT NOT NULL REFERENCES playlists (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    author TEXT NOT NULL DEFAULT '',
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (playlist_id, version)
);

-- `reference` is the id of the entry, card, filler or live source that `kind` says. No foreign
-- key: a version is history, and stays when an entry goes.
CREATE TABLE playlist_items (
    playlist_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('entry', 'card', 'filler', 'live')),
    reference TEXT NOT NULL,
    in_ticks BIGINT NOT NULL DEFAULT 0,
    out_ticks BIGINT NOT NULL DEFAULT -1,
    PRIMARY KEY (playlist_id, version, position),
    FOREIGN KEY (playlist_id, version)
        REFERENCES playlist_versions (playlist_id, version) ON DELETE CASCADE
);

CREATE TABLE channels (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL DEFAULT '',
    epoch_ms BIGINT NOT NULL,
    settings TEXT NOT NULL DEFAULT '{}',
    playlist_id TEXT NOT NULL DEFAULT '',
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL
);

-- The rundown (playout::Airing). No reference to entries or media: it is also the as-run log,
-- and says what was on the air after an entry has gone.
CREATE TABLE airings (
    channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    ordinal BIGINT NOT NULL,
    entry_id TEXT NOT NULL,
    media_id TEXT NOT NULL,
    subtitles_id TEXT NOT NULL,
    start_ticks BIGINT NOT NULL,
    duration_ticks BIGINT NOT NULL CHECK (duration_ticks > 0),
    first_sequence BIGINT NOT NULL,
    segment_count BIGINT NOT NULL CHECK (segment_count > 0),
    discontinuity INTEGER NOT NULL CHECK (discontinuity IN (0, 1)),
    discontinuity_sequence BIGINT NOT NULL,
    PRIMARY KEY (channel_id, ordinal)
);

CREATE UNIQUE INDEX airings_by_start ON airings (channel_id, start_ticks);

-- A job is taken by setting `worker` and a lease; it is free again when the lease has run out.
CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('prepare')),
    entry_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    source_path TEXT NOT NULL,
    source_sha256 TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    stage TEXT NOT NULL DEFAULT '',
    fraction DOUBLE PRECISION NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    worker TEXT NOT NULL DEFAULT '',
    lease_until_ms BIGINT NOT NULL DEFAULT 0,
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
    reason TEXT NOT NULL DEFAULT '',
    created_ms BIGINT NOT NULL,
    started_ms BIGINT NOT NULL DEFAULT 0,
    finished_ms BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX jobs_by_state ON jobs (state, created_ms);
CREATE INDEX jobs_by_entry ON jobs (entry_id);
