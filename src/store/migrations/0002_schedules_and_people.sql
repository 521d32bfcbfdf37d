-- What scheduling, screens, reviewers and the studio keep.

-- A channel's schedule: blocks in order. 'loop' repeats its playlist until the next block starts,
-- 'follow' plays it once after the block before, 'fixed' starts it at `starts_at_ms` of UTC.
CREATE TABLE schedule_blocks (
    id TEXT NOT NULL PRIMARY KEY,
    channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    rule TEXT NOT NULL CHECK (rule IN ('loop', 'follow', 'fixed')),
    playlist_id TEXT NOT NULL REFERENCES playlists (id),
    starts_at_ms BIGINT NOT NULL DEFAULT 0,
    settings TEXT NOT NULL DEFAULT '{}',
    UNIQUE (channel_id, position)
);

-- What happened on the air beyond what the rundown says: a slate was shown, media was missing.
CREATE TABLE as_run_marks (
    channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    ordinal BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (channel_id, ordinal, at_ms, kind)
);

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL DEFAULT '',
    disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL
);

CREATE UNIQUE INDEX users_by_name ON users (name);

-- Only the hash of a token is kept: a stolen database opens nothing.
CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    secret_hash TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    label TEXT NOT NULL DEFAULT '',
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL DEFAULT 0,
    last_used_ms BIGINT NOT NULL DEFAULT 0,
    revoked_ms BIGINT NOT NULL DEFAULT 0
);

CREATE UNIQUE INDEX tokens_by_hash ON tokens (secret_hash);

-- A review or viewing link: whoever holds it may see what `scope` (JSON) names, for a while.
CREATE TABLE links (
    id TEXT NOT NULL PRIMARY KEY,
    secret_hash TEXT NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    scope TEXT NOT NULL DEFAULT '{}',
    created_by TEXT NOT NULL DEFAULT '',
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL DEFAULT 0,
    revoked_ms BIGINT NOT NULL DEFAULT 0
);

CREATE UNIQUE INDEX links_by_hash ON links (secret_hash);

-- A venue's screen: which channel it shows, in which subtitle language, and when it was last
-- heard of.
CREATE TABLE screens (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL DEFAULT '',
    secret_hash TEXT NOT NULL DEFAULT '',
    channel_id TEXT NOT NULL DEFAULT '',
    settings TEXT NOT NULL DEFAULT '{}',
    last_seen_ms BIGINT NOT NULL DEFAULT 0,
    created_ms BIGINT NOT NULL
);

CREATE TABLE audit_log (
    id TEXT NOT NULL PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}'
);

CREATE INDEX audit_log_by_time ON audit_log (at_ms);
