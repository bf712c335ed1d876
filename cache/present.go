package cache

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// presentSetting has the time by the servers' clocks at the end of the last round.
const presentSetting = "cache.present"

// SetPresent notes the time by the clocks of the servers that have just
// answered. What is removed for its age is older than that says: this
// computer's clock may be years ahead.
func (s *Store) SetPresent(ctx context.Context, servers time.Time) error {
	return s.SetSetting(ctx, presentSetting, strconv.FormatInt(servers.UnixMicro(), 10))
}

// present is a time that has been reached, whatever this computer's clock says;
// zero when none is known.
func (s *Store) present(ctx context.Context) (time.Time, error) {
	servers, err := s.timeSetting(ctx, presentSetting)
	if now := s.now(); now.Before(servers) {
		return now, err
	}
	return servers, err
}

// timeSetting reads a time kept in microseconds; zero when there is none.
func (s *Store) timeSetting(ctx context.Context, key string) (time.Time, error) {
	text, err := s.Setting(ctx, key)
	if err != nil || text == "" {
		return time.Time{}, err
	}
	micros, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, WrapError(ctx, "read setting "+key, errors.Join(err, ErrCorrupt))
	}
	return time.UnixMicro(micros).UTC(), nil
}
