-- What a service answers stands with the referral that was sent to it.
ALTER TABLE concerns_decision DROP COLUMN answer;
ALTER TABLE concerns_decision DROP COLUMN answered_at;
