-- From which media sequence number on a channel's segments are encrypted, or not any more. What
-- viewers may have fetched lies before the number, so rows that are in force never change.
CREATE TABLE channel_encryption (
    channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
    from_sequence BIGINT NOT NULL,
    encrypted INTEGER NOT NULL CHECK (encrypted IN (0, 1)),
    PRIMARY KEY (channel_id, from_sequence)
);
CREATE TRIGGER channel_encryption_added AFTER INSERT ON channel_encryption BEGIN UPDATE change_counter SET value = value + 1; END;
CREATE TRIGGER channel_encryption_removed AFTER DELETE ON channel_encryption BEGIN UPDATE change_counter SET value = value + 1; END;
