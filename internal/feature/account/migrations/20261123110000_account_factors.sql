-- What somebody signs in with. A password is an argon2id hash; the secret of an authenticator app is sealed; a recovery code
-- is an argon2id hash; a passkey is its public key.
CREATE TABLE account_password (
  account_id  TEXT PRIMARY KEY REFERENCES account (id),
  district_id TEXT NOT NULL,
  hash        TEXT NOT NULL,
  set_at      {{int}} NOT NULL
) {{strict}};

-- last_step is the newest half minute whose code was used: none is taken twice.
CREATE TABLE account_totp (
  account_id  TEXT PRIMARY KEY REFERENCES account (id),
  district_id TEXT NOT NULL,
  secret      {{bytes}} NOT NULL,
  last_step   {{int}} NOT NULL,
  added_at    {{int}} NOT NULL
) {{strict}};

CREATE TABLE account_code (
  account_id  TEXT NOT NULL REFERENCES account (id),
  number      {{int}} NOT NULL,
  district_id TEXT NOT NULL,
  hash        TEXT NOT NULL,
  used_at     {{int}} NOT NULL,
  PRIMARY KEY (account_id, number)
) {{strict}};

CREATE TABLE account_passkey (
  id          TEXT PRIMARY KEY,
  district_id TEXT NOT NULL,
  account_id  TEXT NOT NULL REFERENCES account (id),
  credential  TEXT NOT NULL,
  name        TEXT NOT NULL,
  body        TEXT NOT NULL,
  added_at    {{int}} NOT NULL,
  used_at     {{int}} NOT NULL,
  UNIQUE (district_id, credential)
) {{strict}};
CREATE INDEX account_passkey_account ON account_passkey (account_id);

-- Who somebody is at a provider of single sign-on.
CREATE TABLE account_identity (
  issuer      TEXT NOT NULL,
  subject     TEXT NOT NULL,
  district_id TEXT NOT NULL,
  account_id  TEXT NOT NULL REFERENCES account (id),
  bound_at    {{int}} NOT NULL,
  PRIMARY KEY (district_id, issuer, subject)
) {{strict}};
CREATE INDEX account_identity_account ON account_identity (account_id);
