package cli

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"dateline/feed/text"
	"dateline/ui/prompt"
)

// NewAccount is an account as the configuration has it: in Token and Password, ${NAME} is an
// environment variable, and $${ a plain ${.
type NewAccount struct {
	Name, Kind, URL string
	Token           string
	TokenCommand    []string
	User, Password  string
	PasswordCommand []string
	Insecure        bool
	// Private is set if the file gets a secret. Then only its owner may read it.
	Private bool
}

// loginOptions are the flags of "dateline login".
type loginOptions struct {
	name, kind string
	insecure   bool
}

func (a *app) loginCommand() *cobra.Command {
	var o loginOptions
	cmd := &cobra.Command{
		Use:   "login URL",
		Short: "Add an account at a server that syncs your computers and telephone",
		Long: "Add an account at a server: Miniflux, FreshRSS or another one of the Google Reader API. dateline finds\n" +
			"out which it is, asks for what is needed, tries it, and writes the account into the configuration.\n" +
			"A password is not shown while you type it. If the input is not a terminal, each answer is a line:\n" +
			"the name of the account (without --name), your user name (not with Miniflux), command, variable or\n" +
			"file, the program, the variable or the secret, and for file: yes.",
		Example: "dateline login https://flux.example.org\ndateline login https://rss.example.org --name work",
		Args:    requireArgs(1, "the address of a server"),
		RunE: a.beginning(func(ctx context.Context, s *Session, args []string) error {
			return a.login(ctx, s, newDialog(ctx, a.err), text.PastedAddress(args[0]), o)
		}),
	}
	cmd.Flags().StringVar(&o.name, "name", "", "call the account so: one word, such as home")
	cmd.Flags().StringVar(&o.kind, "kind", "", "what the server speaks: miniflux or greader")
	cmd.Flags().BoolVar(&o.insecure, "insecure", false, "accept any certificate of the server")
	return cmd
}

// login adds an account at the server with an address.
func (a *app) login(ctx context.Context, s *Session, d *dialog, address string, o loginOptions) error {
	if o.kind != "" && o.kind != "miniflux" && o.kind != "greader" {
		return fmt.Errorf("--kind is miniflux or greader, not %q", text.Clean(o.kind))
	}
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	n := NewAccount{Name: o.name, Kind: o.kind, URL: withoutLogin(address), Insecure: o.insecure}
	if err := a.findServer(ctx, s, &n); err != nil {
		return err
	}
	if err := a.askForLogin(ctx, s, d, &n); err != nil {
		return err
	}
	line := a.progress()
	line.show("logging in to " + text.Clean(n.URL))
	feeds, err := s.TryAccount(ctx, n)
	line.clear()
	if err != nil {
		return err
	}
	path, _, err := a.Paths(a.files)
	if err != nil {
		return err
	}
	if n.Private {
		fmt.Fprintf(d.out, "This writes it into %s, and makes the file readable only by you.\n", text.CleanText(path))
		answer, err := d.ask("Write it? yes or no", "no")
		if err != nil {
			return err
		}
		if !strings.HasPrefix(strings.ToLower(answer), "y") {
			return errors.New("nothing was written; run `dateline login` again and let a command print the secret, or an environment variable have it")
		}
	}
	if err := s.AddAccount(ctx, n); err != nil {
		return err
	}
	return a.print(fmt.Sprintf("Logged in to %s, which has %s. The account %s is in %s.\nRun `dateline refresh %[3]s` to fetch the items.\n",
		text.Clean(n.URL), text.Plural(feeds, "feed"), text.Clean(n.Name), text.CleanText(path)))
}

// findServer sets the kind of the account, and the address of the server's programming
// interface. If both are given, the server is not asked.
func (a *app) findServer(ctx context.Context, s *Session, n *NewAccount) error {
	if n.Kind != "" {
		return nil
	}
	line := a.progress()
	line.show("asking " + text.Clean(n.URL))
	defer line.clear()
	var err error
	n.Kind, n.URL, err = s.FindServer(ctx, n.URL, n.Insecure)
	return err
}

// askForLogin asks for what an account of the kind needs.
func (a *app) askForLogin(ctx context.Context, s *Session, d *dialog, n *NewAccount) (err error) {
	speaks := "Miniflux"
	if n.Kind != "miniflux" {
		speaks = "the Google Reader API"
	}
	fmt.Fprintf(d.out, "%s speaks %s.\n", text.Clean(n.URL), speaks)
	if n.Name == "" {
		if n.Name, err = d.ask("Name of the account", suggestName(n.URL, n.Kind)); err != nil {
			return err
		}
	}
	if err := s.CheckAccountName(n.Name); err != nil {
		return err
	}
	if known, _ := findAccount(ctx, s, n.Name); known.Name != "" {
		return fmt.Errorf("there is already an account %q; choose another name with --name", text.Clean(known.Name))
	}
	if n.Kind == "miniflux" {
		fmt.Fprintln(d.out, "dateline needs an API key of Miniflux: make one there under Settings, API Keys.")
		n.Token, n.TokenCommand, n.Private, err = d.askSecret("API key")
		return err
	}
	fmt.Fprintln(d.out, "FreshRSS has a password of its own for programs: set the API password there, in your profile.")
	if n.User, err = d.ask("User", ""); err != nil {
		return err
	}
	if n.User == "" {
		return errors.New("the server needs a user; run `dateline login` again")
	}
	n.User = escapeVariables(n.User)
	n.Password, n.PasswordCommand, n.Private, err = d.askSecret("Password")
	return err
}

// suggestName returns a name for an account: the first part of the name of its host that
// says something, or else its kind.
func suggestName(address, kind string) string {
	u, err := url.Parse(address)
	if err != nil {
		return kind
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return kind
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(u.Hostname(), "www."), ".")
	return cmp.Or(first, kind)
}

// dialog asks questions, on the terminal or of the lines of the input.
type dialog struct {
	ctx context.Context
	in  *bufio.Reader
	// out is where questions are written; nothing is if the input is not a terminal.
	out io.Writer
	// typed reads a secret from the terminal without showing it; nil if there is none.
	typed func(question string) (string, error)
}

// newDialog returns a dialog on the standard input. out is the standard error.
func newDialog(ctx context.Context, out io.Writer) *dialog {
	d := &dialog{ctx: ctx, in: bufio.NewReader(os.Stdin), out: io.Discard}
	if isTerminal(os.Stdin) && isTerminal(out) {
		d.out = out
		d.typed = func(question string) (string, error) { return prompt.Secret(ctx, os.Stdin, out, question) }
	}
	return d
}

// ask returns a line of the input, or usual if it is empty.
func (d *dialog) ask(question, usual string) (string, error) {
	if usual != "" {
		fmt.Fprintf(d.out, "%s [%s]: ", question, usual)
	} else {
		fmt.Fprintf(d.out, "%s: ", question)
	}
	line, err := d.line(question)
	return cmp.Or(text.Clean(line), usual), err
}

// line returns the next line of the input without blanks around it. question is for the
// error if there is none.
func (d *dialog) line(question string) (string, error) {
	line, err := orInterrupted(d.ctx, func() (string, error) { return d.in.ReadString('\n') })
	line = strings.TrimSpace(line)
	switch {
	case err == nil, errors.Is(err, io.EOF) && line != "":
		return line, nil
	case errors.Is(err, io.EOF):
		return "", fmt.Errorf("the input ended before the answer to: %s; see `dateline login --help`", question)
	}
	return "", err
}

// askSecret asks how dateline gets a secret, and returns its value for the configuration or
// the command that prints it. plain is set if the value is the secret itself.
func (d *dialog) askSecret(what string) (value string, command []string, plain bool, err error) {
	fmt.Fprintf(d.out, "Where does dateline get it? From a command that prints it (pass show dateline), from an environment\nvariable, or from the configuration file?\n")
	answer, err := d.ask("command, variable or file", "command")
	if err != nil {
		return "", nil, false, err
	}
	answer = strings.ToLower(answer)
	switch {
	case strings.HasPrefix("command", answer):
		line, err := d.ask("Command", "")
		if command = text.SplitCommand(line); err == nil && len(command) == 0 {
			err = errors.New("the command is empty; run `dateline login` again")
		}
		return "", command, false, err
	case strings.HasPrefix("variable", answer):
		name, err := d.ask("Variable", "")
		name = strings.Trim(name, "${}")
		if err != nil {
			return "", nil, false, err
		}
		if os.Getenv(name) == "" {
			return "", nil, false, fmt.Errorf("the environment variable %s is not set; set it, and run `dateline login` again", text.Clean(name))
		}
		return "${" + name + "}", nil, false, nil
	case strings.HasPrefix("file", answer):
		value, err := d.secret(what)
		return escapeVariables(value), nil, true, err
	}
	return "", nil, false, fmt.Errorf("%q is not command, variable or file; run `dateline login` again", answer)
}

// secret returns a line that is not shown while it is typed.
func (d *dialog) secret(what string) (value string, err error) {
	if d.typed != nil {
		value, err = d.typed(what + ": ")
	} else {
		value, err = d.line(what)
	}
	if value = strings.TrimSpace(value); err == nil && value == "" {
		err = fmt.Errorf("the %s is empty; run `dateline login` again", what)
	}
	return value, err
}

// escapeVariables returns a value for the configuration in which nothing is replaced.
func escapeVariables(s string) string { return strings.ReplaceAll(s, "${", "$${") }
