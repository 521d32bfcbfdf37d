-- What has changed, in the order it did: for whoever wants to hear of it. Rows are taken out from
-- the front; numbers are never used again.
CREATE TABLE journal (
    sequence INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL
);
CREATE TRIGGER entry_added_said AFTER INSERT ON entries BEGIN INSERT INTO journal (kind, subject) VALUES ('entry', NEW.id); END;
CREATE TRIGGER entry_changed_said AFTER UPDATE ON entries BEGIN INSERT INTO journal (kind, subject) VALUES ('entry', NEW.id); END;
CREATE TRIGGER entry_removed_said AFTER DELETE ON entries BEGIN INSERT INTO journal (kind, subject) VALUES ('entry', OLD.id); END;
CREATE TRIGGER job_added_said AFTER INSERT ON jobs BEGIN INSERT INTO journal (kind, subject) VALUES ('job', NEW.id); END;
CREATE TRIGGER job_changed_said AFTER UPDATE OF state, stage, fraction, cancel_requested ON jobs BEGIN INSERT INTO journal (kind, subject) VALUES ('job', NEW.id); END;
CREATE TRIGGER playlist_added_said AFTER INSERT ON playlists BEGIN INSERT INTO journal (kind, subject) VALUES ('playlist', NEW.id); END;
CREATE TRIGGER playlist_changed_said AFTER UPDATE ON playlists BEGIN INSERT INTO journal (kind, subject) VALUES ('playlist', NEW.id); END;
CREATE TRIGGER schedule_added_said AFTER INSERT ON schedules BEGIN INSERT INTO journal (kind, subject) VALUES ('schedule', NEW.channel_id); END;
CREATE TRIGGER schedule_changed_said AFTER UPDATE ON schedules BEGIN INSERT INTO journal (kind, subject) VALUES ('schedule', NEW.channel_id); END;
CREATE TRIGGER schedule_removed_said AFTER DELETE ON schedules BEGIN INSERT INTO journal (kind, subject) VALUES ('schedule', OLD.channel_id); END;
CREATE TRIGGER channel_added_said AFTER INSERT ON channels BEGIN INSERT INTO journal (kind, subject) VALUES ('channel', NEW.id); END;
CREATE TRIGGER channel_changed_said AFTER UPDATE OF title, settings, playlist_id ON channels BEGIN INSERT INTO journal (kind, subject) VALUES ('channel', NEW.id); END;
CREATE TRIGGER rundown_changed_said AFTER UPDATE OF rundown_edits ON channels BEGIN INSERT INTO journal (kind, subject) VALUES ('rundown', NEW.id); END;
CREATE TRIGGER user_added_said AFTER INSERT ON users BEGIN INSERT INTO journal (kind, subject) VALUES ('user', NEW.name); END;
CREATE TRIGGER user_changed_said AFTER UPDATE ON users BEGIN INSERT INTO journal (kind, subject) VALUES ('user', NEW.name); END;
CREATE TRIGGER user_removed_said AFTER DELETE ON users BEGIN INSERT INTO journal (kind, subject) VALUES ('user', OLD.name); END;
CREATE TRIGGER token_added_said AFTER INSERT ON tokens BEGIN INSERT INTO journal (kind, subject) VALUES ('token', NEW.id); END;
CREATE TRIGGER token_revoked_said AFTER UPDATE OF revoked_ms ON tokens BEGIN INSERT INTO journal (kind, subject) VALUES ('token', NEW.id); END;
CREATE TRIGGER link_added_said AFTER INSERT ON links BEGIN INSERT INTO journal (kind, subject) VALUES ('link', NEW.id); END;
CREATE TRIGGER link_changed_said AFTER UPDATE ON links BEGIN INSERT INTO journal (kind, subject) VALUES ('link', NEW.id); END;

-- That a token has been used does not change what it may do: no reason to read all accounts again.
DROP TRIGGER token_changed;
CREATE TRIGGER token_changed AFTER UPDATE OF secret_hash, user_id, kind, expires_ms, revoked_ms ON tokens BEGIN UPDATE access_counter SET value = value + 1; END;
