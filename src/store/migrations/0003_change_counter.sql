-- One number that grows with every change of what viewers are shown. Servers poll it instead of
-- reading entries, playlists and channels again and again.
CREATE TABLE change_counter (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    value BIGINT NOT NULL
);
INSERT INTO change_counter (id, value) VALUES (1, 1);
CREATE TRIGGER entry_added AFTER INSERT ON entries BEGIN UPDATE change_counter SET value = value + 1; END;
CREATE TRIGGER entry_changed AFTER UPDATE ON entries BEGIN UPDATE change_counter SET value = value + 1; END;
CREATE TRIGGER entry_removed AFTER DELETE ON entries BEGIN UPDATE change_counter SET value = value + 1; END;
CREATE TRIGGER playlist_added AFTER INSERT ON playlists BEGIN UPDATE change_counter SET value = value + 1; END;
CREATE TRIGGER playlist_changed AFTER UPDATE ON playlists BEGIN UPDATE change_counter SET value = value + 1; END;
CREATE TRIGGER playlist_removed AFTER DELETE ON playlists BEGIN UPDATE change_counter SET value = value + 1; END;
CREATE TRIGGER channel_added AFTER INSERT ON channels BEGIN UPDATE change_counter SET value = value + 1; END;
CREATE TRIGGER channel_changed AFTER UPDATE ON channels BEGIN UPDATE change_counter SET value = value + 1; END;
CREATE TRIGGER channel_removed AFTER DELETE ON channels BEGIN UPDATE change_counter SET value = value + 1; END;
