package mail

import "net/url"

// IDAt is a Message-ID at the host of the program's public address: the same whenever the letter of that id is sent again.
func IDAt(publicURL, id string) string {
	u, err := url.Parse(publicURL)
	if err != nil || u.Hostname() == "" {
		return id + "@localhost"
	}
	return id + "@" + u.Hostname()
}
