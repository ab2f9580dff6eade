-- Whoever asks is told at once what their school has in the block, how many seats each date has left and which: all three are found without reading
-- the places themselves, of which a block may have ten thousand.
CREATE INDEX training_place_party ON training_place (block_id, party);
DROP INDEX training_place_block;
CREATE INDEX training_place_block ON training_place (block_id, state, run_id, until_at);
DROP INDEX training_place_run;
CREATE INDEX training_place_run ON training_place (run_id, state, until_at, seat);
