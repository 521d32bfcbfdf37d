-- An entry may have several subtitle files of one language and kind, told apart by a label; each
-- keeps what the producer has set for it, and what was found in it (both JSON).

CREATE TABLE subtitle_files (
    entry_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    language TEXT NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    sha256 TEXT NOT NULL,
    options TEXT NOT NULL DEFAULT '{}',
    report TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (entry_id, path)
);
INSERT INTO subtitle_files (entry_id, path, language, kind, sha256)
    SELECT entry_id, path, language, kind, sha256 FROM subtitle_sources;
DROP TABLE subtitle_sources;
ALTER TABLE subtitle_files RENAME TO subtitle_sources;

-- What the producer has set by hand, by file name: it outlives an import, and a file that is gone
-- for a while.
CREATE TABLE subtitle_options (
    entry_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    file TEXT NOT NULL,
    options TEXT NOT NULL,
    PRIMARY KEY (entry_id, file)
);
