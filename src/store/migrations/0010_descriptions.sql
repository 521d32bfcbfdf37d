-- What is said about entries, and by whom; what a film's file was before an upload took its place.

-- One row for each that has anything to say: 'file' is the description beside the film, as last
-- read; 'hand' what was set by command. The entry's own row has what comes of all layers.
CREATE TABLE entry_descriptions (
    entry_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    layer TEXT NOT NULL CHECK (layer IN ('file', 'hand')),
    description TEXT NOT NULL,
    PRIMARY KEY (entry_id, layer)
);

-- A line of a sheet of entries (CSV). `entry_id` is empty as long as its film has not come; no
-- reference, since the line outlives the entry.
CREATE TABLE sheet_rows (
    row_key TEXT NOT NULL PRIMARY KEY,
    entry_id TEXT NOT NULL DEFAULT '',
    file TEXT NOT NULL DEFAULT '',
    tracking TEXT NOT NULL DEFAULT '',
    submission TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL,
    sheet TEXT NOT NULL,
    line BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL
);

CREATE INDEX sheet_rows_by_entry ON sheet_rows (entry_id);

-- The file an entry was made from before one that was uploaded took its place. What lies beside it
-- still belongs to the entry, and importing its folder again does not make a second entry of it.
CREATE TABLE former_sources (
    entry_id TEXT NOT NULL PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    size BIGINT NOT NULL,
    modified_ns BIGINT NOT NULL
);

CREATE INDEX former_sources_by_path ON former_sources (path);
