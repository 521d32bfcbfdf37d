-- What nobody heard of: incidents on the air, review rounds, and that a channel is encrypted or not
-- any more. What a juror has watched changes all the time, and is no news.
CREATE TRIGGER incident_said AFTER INSERT ON audit_log WHEN NEW.action LIKE 'incident.%' BEGIN INSERT INTO journal (kind, subject) VALUES ('incident', NEW.id); END;
CREATE TRIGGER encryption_added_said AFTER INSERT ON channel_encryption BEGIN INSERT INTO journal (kind, subject) VALUES ('channel', NEW.channel_id); END;
CREATE TRIGGER encryption_removed_said AFTER DELETE ON channel_encryption BEGIN INSERT INTO journal (kind, subject) VALUES ('channel', OLD.channel_id); END;
CREATE TRIGGER review_round_added_said AFTER INSERT ON review_rounds BEGIN INSERT INTO journal (kind, subject) VALUES ('review', NEW.id); END;
CREATE TRIGGER review_round_changed_said AFTER UPDATE ON review_rounds BEGIN INSERT INTO journal (kind, subject) VALUES ('review', NEW.id); END;
CREATE TRIGGER review_round_removed_said AFTER DELETE ON review_rounds BEGIN INSERT INTO journal (kind, subject) VALUES ('review', OLD.id); END;
CREATE TRIGGER review_entry_added_said AFTER INSERT ON review_entries BEGIN INSERT INTO journal (kind, subject) VALUES ('review', NEW.round_id); END;
CREATE TRIGGER review_entry_changed_said AFTER UPDATE ON review_entries BEGIN INSERT INTO journal (kind, subject) VALUES ('review', NEW.round_id); END;
CREATE TRIGGER review_entry_removed_said AFTER DELETE ON review_entries BEGIN INSERT INTO journal (kind, subject) VALUES ('review', OLD.round_id); END;
CREATE TRIGGER review_juror_added_said AFTER INSERT ON review_jurors BEGIN INSERT INTO journal (kind, subject) VALUES ('review', NEW.round_id); END;
CREATE TRIGGER review_juror_changed_said AFTER UPDATE ON review_jurors BEGIN INSERT INTO journal (kind, subject) VALUES ('review', NEW.round_id); END;
CREATE TRIGGER review_juror_removed_said AFTER DELETE ON review_jurors BEGIN INSERT INTO journal (kind, subject) VALUES ('review', OLD.round_id); END;
CREATE TRIGGER review_conflict_added_said AFTER INSERT ON review_conflicts BEGIN INSERT INTO journal (kind, subject) SELECT 'review', round_id FROM review_jurors WHERE id = NEW.juror_id; END;
CREATE TRIGGER review_conflict_removed_said AFTER DELETE ON review_conflicts BEGIN INSERT INTO journal (kind, subject) SELECT 'review', round_id FROM review_jurors WHERE id = OLD.juror_id; END;
CREATE TRIGGER review_sheet_added_said AFTER INSERT ON review_sheets BEGIN INSERT INTO journal (kind, subject) SELECT 'review', round_id FROM review_jurors WHERE id = NEW.juror_id; END;
CREATE TRIGGER review_sheet_changed_said AFTER UPDATE ON review_sheets WHEN NEW.version <> OLD.version BEGIN INSERT INTO journal (kind, subject) SELECT 'review', round_id FROM review_jurors WHERE id = NEW.juror_id; END;
