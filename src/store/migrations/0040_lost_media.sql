-- What playlists say of media (library::Outline, as JSON), for when its files are gone. Apart from
-- `media`, which has a row only when the preparation is done: what airs while it is being
-- prepared has an outline too.
CREATE TABLE media_outlines (
    media_id TEXT NOT NULL PRIMARY KEY,
    outline TEXT NOT NULL
);

-- Media that could not be shown when its time came, until it is back: said once, however often the
-- server is started meanwhile.
CREATE TABLE lost_media (
    media_id TEXT NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    since_ms BIGINT NOT NULL
);
