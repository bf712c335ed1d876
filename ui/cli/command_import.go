package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"dateline/feed/opml"
	"dateline/feed/text"
)

func (a *app) importCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "import FILE|-",
		Short:   "Subscribe to the feeds of an OPML file",
		Long:    "Subscribe to the feeds of an OPML file, or of stdin if FILE is -. Folders become tags:\nthe folder World inside News becomes News/World. Existing subscriptions do not change.\nWhat cannot be imported is printed with the reason.",
		Example: "dateline import subscriptions.opml",
		Args:    requireArgs(1, "an OPML file, or - for stdin"),
		RunE: a.beginning(func(ctx context.Context, s *Session, args []string) error {
			list, err := orInterrupted(ctx, func() (opml.List, error) { return readOPML(args[0]) })
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if len(list.Feeds) == 0 {
				return fmt.Errorf("import %s: %w", args[0], noFeeds(list, err))
			}
			if failed := a.importAll(ctx, s, list); failed != nil {
				return failed
			}
			if err != nil {
				return &partialError{fmt.Errorf("import %s: the file has an error, and only the feeds before it were imported: %w", args[0], err)}
			}
			return nil
		}),
	}
}

// noFeeds returns the error for a file without feeds. err is the error of reading it,
// nil if there was none.
func noFeeds(list opml.List, err error) error {
	switch {
	case err != nil:
		return err
	case len(list.LeftOut) > 0:
		return fmt.Errorf("the file has no feeds that can be imported.\n%s", leftOutText(list.LeftOut))
	}
	return errors.New("the file has no feeds; export your subscriptions as OPML in the program that you used before")
}

// leftOutText returns what an import leaves out, with the reasons, one on a line.
func leftOutText(left []opml.LeftOut) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Left out %s:\n", text.Number(len(left)))
	for _, l := range left {
		what := cmp.Or(l.Title, l.Address, "an outline without a name")
		if l.Address != "" && l.Address != what {
			what += " (" + l.Address + ")"
		}
		fmt.Fprintf(&b, "    %s: %s\n", text.Clean(what), l.Reason)
	}
	return b.String()
}

// readOPML reads a file, or stdin if name is "-".
func readOPML(name string) (opml.List, error) {
	if name == "-" {
		return opml.Read(os.Stdin)
	}
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return opml.List{}, errors.New("there is no such file; check its name")
	}
	if err != nil {
		return opml.List{}, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return opml.List{}, errors.New("this is a directory; name the OPML file in it")
	}
	return opml.Read(f)
}

// importAll subscribes to the feeds of a list, and prints how many of them were new and
// what was left out.
func (a *app) importAll(ctx context.Context, s *Session, list opml.List) error {
	before, err := s.Store.Feeds(ctx)
	if err != nil {
		return err
	}
	subscribed := map[string]bool{}
	for _, f := range before {
		subscribed[text.AddressKey(f.URL)] = true
	}
	if err := s.Source.Subscribe(ctx, list.Feeds...); err != nil {
		return err
	}
	added := 0
	for _, sub := range list.Feeds {
		if key := text.AddressKey(withoutLogin(sub.URL)); !subscribed[key] {
			subscribed[key] = true
			added++
		}
	}
	message := "Subscribed to " + text.Plural(added, "feed")
	if known := len(list.Feeds) - added; known > 0 {
		message += "; already subscribed to " + text.Number(known)
	}
	message += ".\n"
	if len(list.LeftOut) > 0 {
		message += leftOutText(list.LeftOut)
	}
	return a.print(message)
}
