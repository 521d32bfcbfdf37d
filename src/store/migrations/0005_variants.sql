-- Other preparations of an entry than the plain one, made on request (library::Variant), and cards.

-- 'film': somebody's file; 'card': made here from a template; 'slate': the card that is shown when
-- there is nothing else.
ALTER TABLE entries ADD COLUMN kind TEXT NOT NULL DEFAULT 'film' CHECK (kind IN ('film', 'card', 'slate'));

-- `plain_media_id` is the preparation it is a variant of: a film that is prepared anew asks for its
-- variants anew. `description` is library::to_text of the variant.
CREATE TABLE variants (
    entry_id TEXT NOT NULL REFERENCES entries (id) ON DELETE CASCADE,
    plain_media_id TEXT NOT NULL,
    description TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('new', 'queued', 'preparing', 'ready', 'failed')),
    reason TEXT NOT NULL DEFAULT '',
    media_id TEXT NOT NULL DEFAULT '',
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    PRIMARY KEY (entry_id, plain_media_id, description)
);

-- Of a job for a variant: which, of which preparation, and the set its subtitles are in. Empty for
-- the preparation of the entry itself.
ALTER TABLE jobs ADD COLUMN variant TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN plain_media_id TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN subtitles_id TEXT NOT NULL DEFAULT '';

CREATE TRIGGER variant_added AFTER INSERT ON variants BEGIN UPDATE change_counter SET value = value + 1; END;
CREATE TRIGGER variant_changed AFTER UPDATE ON variants BEGIN UPDATE change_counter SET value = value + 1; END;
CREATE TRIGGER variant_removed AFTER DELETE ON variants BEGIN UPDATE change_counter SET value = value + 1; END;
