package main

import (
	"context"
	"strings"
	"time"

	"dateline/cache/folder"
	"dateline/feed"
)

// syncFolder syncs the marks and the subscriptions with the folder of [sync]. It returns what
// was done, nil if there is no folder, and a user message about problems; empty if there are
// none. The error is one of the database.
func (s *accountSource) syncFolder(ctx context.Context) (done *feed.FolderSync, problem string, err error) {
	subs, err := s.allSubscriptions(ctx)
	if err != nil {
		return nil, "", err
	}
	local := s.localSource
	local.mu.Lock()
	dir, wrong, edited := local.folder, local.folderErr, local.version.modified
	local.mu.Unlock()
	switch {
	case wrong != nil:
		return nil, wrong.Error(), nil
	case dir == "":
		return nil, "", folder.Leave(ctx, s.store)
	case s.store.ReadOnly() != nil:
		return nil, "", nil // the next refresh tries again
	}
	// A change of the subscriptions is as old as the file, at most.
	changed := s.now()
	if !edited.IsZero() && edited.Before(changed) {
		changed = edited
	}
	r, err := folder.Sync(ctx, s.store, dir, subs, changed)
	if err != nil {
		return nil, "", err
	}
	problems := r.Problems
	if err := r.Apply(ctx, s.store, local); err != nil {
		problems = append(problems, err.Error())
	}
	done = &feed.FolderSync{Sent: r.Sent, Taken: r.Taken, Feeds: len(r.Added) + len(r.Removed) + len(r.Changed), Away: r.Away}
	return done, strings.Join(problems, "; "), nil
}

// folderState returns the state of the folder of [sync]. If write is set, it tries whether a
// file can be written there.
func (s *accountSource) folderState(ctx context.Context, write bool) (feed.SyncFolder, error) {
	s.subscriptions()
	local := s.localSource
	local.mu.Lock()
	dir, wrong := local.folder, local.folderErr
	local.mu.Unlock()
	switch {
	case wrong != nil:
		return feed.SyncFolder{Dir: "[sync]", Problems: []string{wrong.Error()}}, nil
	case dir == "":
		return feed.SyncFolder{}, nil
	}
	return folder.Check(ctx, s.store, dir, write)
}

// passOn syncs the folder if taken items got marks of servers. If the folder had these marks a
// round later, another computer of the same account could take its old mark from there for a
// later one, and send that to the server again, without end.
func (s *accountSource) passOn(ctx context.Context, taken int) error {
	if taken == 0 {
		return nil
	}
	_, _, err := s.syncFolder(ctx) // the next refresh reports problems
	return err
}

// lastSyncLimit is how long the folder is synced before the program ends.
const lastSyncLimit = 2 * time.Second

// leaveMarks writes the last marks into the folder, so that other computers get them while
// this one is off. It returns a user message about problems, which nothing says again.
func (s *accountSource) leaveMarks(ctx context.Context) (problem string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastSyncLimit)
	defer cancel()
	_, problem, err := s.syncFolder(ctx)
	if err != nil {
		return "" // the next refresh writes them, or says why not
	}
	return problem
}
