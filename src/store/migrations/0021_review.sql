-- Review rounds: who judges which films by what, and what they said.

-- `titles` and `criteria` are JSON. `seed` decides the jurors' orders, and never changes.
CREATE TABLE review_rounds (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL DEFAULT 1,
    titles TEXT NOT NULL DEFAULT '{}',
    criteria TEXT NOT NULL,
    seed BIGINT NOT NULL,
    closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)),
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL
);

-- Films that were assigned together are ordered together: those that come later follow, so that
-- nobody's order changes. What is withdrawn keeps its place for the same reason.
CREATE TABLE review_entries (
    round_id TEXT NOT NULL REFERENCES review_rounds (id) ON DELETE CASCADE,
    entry_id TEXT NOT NULL REFERENCES entries (id),
    batch BIGINT NOT NULL,
    place BIGINT NOT NULL,
    withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1)),
    PRIMARY KEY (round_id, entry_id),
    UNIQUE (round_id, batch, place)
);

-- A juror shows themself by a link or by an account. `number` is the row of their order.
CREATE TABLE review_jurors (
    id TEXT NOT NULL PRIMARY KEY,
    round_id TEXT NOT NULL REFERENCES review_rounds (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    name TEXT NOT NULL,
    link_id TEXT NOT NULL DEFAULT '',
    user_id TEXT NOT NULL DEFAULT '',
    removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)),
    created_ms BIGINT NOT NULL,
    CHECK ((link_id = '') <> (user_id = '')),
    UNIQUE (round_id, number)
);
CREATE INDEX review_jurors_by_link ON review_jurors (link_id);
CREATE INDEX review_jurors_by_user ON review_jurors (user_id);

CREATE TABLE review_conflicts (
    juror_id TEXT NOT NULL REFERENCES review_jurors (id) ON DELETE CASCADE,
    entry_id TEXT NOT NULL REFERENCES entries (id),
    reason TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (juror_id, entry_id)
);

-- `version` is of what the juror wrote; what was watched has none, since it only grows.
-- JSON: scores {"criterion": 7}, comments [{"id", "at_ms", "text"}], seen [[start_ms, end_ms]].
CREATE TABLE review_sheets (
    juror_id TEXT NOT NULL REFERENCES review_jurors (id) ON DELETE CASCADE,
    entry_id TEXT NOT NULL REFERENCES entries (id),
    version BIGINT NOT NULL DEFAULT 0,
    scores TEXT NOT NULL DEFAULT '{}',
    note TEXT NOT NULL DEFAULT '',
    comments TEXT NOT NULL DEFAULT '[]',
    seen TEXT NOT NULL DEFAULT '[]',
    position_ms BIGINT NOT NULL DEFAULT 0,
    updated_ms BIGINT NOT NULL,
    PRIMARY KEY (juror_id, entry_id)
);

-- Who may watch what depends on all but the sheets.
CREATE TRIGGER review_round_added AFTER INSERT ON review_rounds BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER review_round_changed AFTER UPDATE ON review_rounds BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER review_round_removed AFTER DELETE ON review_rounds BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER review_entry_added AFTER INSERT ON review_entries BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER review_entry_changed AFTER UPDATE ON review_entries BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER review_entry_removed AFTER DELETE ON review_entries BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER review_juror_added AFTER INSERT ON review_jurors BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER review_juror_changed AFTER UPDATE ON review_jurors BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER review_juror_removed AFTER DELETE ON review_jurors BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER review_conflict_added AFTER INSERT ON review_conflicts BEGIN UPDATE access_counter SET value = value + 1; END;
CREATE TRIGGER review_conflict_removed AFTER DELETE ON review_conflicts BEGIN UPDATE access_counter SET value = value + 1; END;
