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
			"out which it is, asks for what is needed, tries it, and writes the account into the configuration. If it has\n" +
			"an account of this name at this server, that one gets the new login.\n" +
			"A password is not shown while you type it. What was wrong is asked for again, at most three times;\n" +
			"ctrl+c ends it, and nothing is written. If the input is not a terminal, each answer\n" +
			"is a line: the name of the account (without --name), your user name (not with Miniflux), command, variable or\n" +
			"file, the program, the variable or the secret, and for file: yes.",
		Example: "dateline login https://flux.example.org\ndateline login https://rss.example.org --name work",
		Args:    requireArgs(1, "the address of a server"),
		RunE: a.beginning(func(ctx context.Context, s *Session, args []string) error {
			return a.login(ctx, s, newDialog(ctx, a.err), args[0], o)
		}),
	}
	cmd.Flags().StringVar(&o.name, "name", "", "call the account so: one word, such as home")
	cmd.Flags().StringVar(&o.kind, "kind", "", "what the server speaks: miniflux or greader")
	_ = cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions([]cobra.Completion{"miniflux", "greader"}, cobra.ShellCompDirectiveNoFileComp)) // the flag is there
	cmd.Flags().BoolVar(&o.insecure, "insecure", false, "accept any certificate of the server")
	return cmd
}

// login adds an account at the server with an address.
func (a *app) login(ctx context.Context, s *Session, d *dialog, address string, o loginOptions) error {
	if o.kind != "" && o.kind != "miniflux" && o.kind != "greader" {
		return fmt.Errorf("--kind is miniflux or greader, not %q", text.Clean(o.kind))
	}
	n := NewAccount{Name: o.name, Insecure: o.insecure}
	path, feeds, err := a.askAndTry(ctx, s, d, &n, address, o.kind)
	if err == nil {
		err = s.AddAccount(ctx, n)
	}
	if err != nil {
		return d.ended(err)
	}
	return a.print(fmt.Sprintf("Logged in to %s, which has %s. The account %s is in %s.\nRun `dateline refresh %[3]s` to fetch the items.\n",
		text.Clean(n.URL), text.Plural(feeds, "feed"), text.Clean(n.Name), text.CleanText(path)))
}

// askAndTry asks for everything that an account needs, and logs in. It writes nothing. path is
// the file that gets the account, feeds how many subscriptions the server has.
func (a *app) askAndTry(ctx context.Context, s *Session, d *dialog, n *NewAccount, address, kind string) (path string, feeds int, err error) {
	if path, _, err = a.Paths(a.files); err != nil {
		return "", 0, err
	}
	if err = a.askForServer(ctx, s, d, n, address, kind); err != nil {
		return "", 0, err
	}
	if err = a.askForName(ctx, s, d, n); err != nil {
		return "", 0, err
	}
	for tries := 1; ; tries++ {
		if err = d.askForLogin(n); err != nil {
			return "", 0, err
		}
		line := a.progress()
		line.show("logging in to " + text.Clean(n.URL))
		feeds, err = s.TryAccount(ctx, *n)
		line.clear()
		var wrong *WrongLogin
		if err == nil {
			break
		}
		if !errors.As(err, &wrong) || !d.mayAskAgain(ctx, tries, err) {
			return "", 0, err
		}
	}
	return path, feeds, d.confirm(*n, path)
}

// WrongLogin is the error of a trial that another answer can mend: the server refuses the
// login, or the command that prints the secret fails.
type WrongLogin struct {
	// Problem is a user message.
	Problem string
}

// Error implements error.
func (w *WrongLogin) Error() string {
	return w.Problem + "; nothing was written, run `dateline login` again"
}

// wrongAnswer is the error of an answer that cannot be right. If nobody can be asked again, it
// ends with the way out.
type wrongAnswer struct{ problem, wayOut string }

// Error implements error.
func (w *wrongAnswer) Error() string { return w.problem + w.wayOut }

// runAgain is the usual way out of a wrong answer.
const runAgain = "; run `dateline login` again"

// askForServer sets the kind of the account, and the address of the server's programming
// interface. If kind is given, the server is not asked.
func (a *app) askForServer(ctx context.Context, s *Session, d *dialog, n *NewAccount, address, kind string) error {
	return d.untilRight(ctx, "Address of the server", "", address, func(address string) error {
		if !strings.Contains(address, "://") {
			address = "https://" + address
		}
		n.Kind, n.URL = kind, withoutLogin(text.PastedAddress(address))
		if u, err := url.Parse(n.URL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return fmt.Errorf("%q is not the address of a server; it begins with https:// or http://, followed by a host", text.Clean(n.URL))
		}
		if kind != "" {
			return nil
		}
		line := a.progress()
		line.show("asking " + text.Clean(n.URL))
		defer line.clear()
		kind, base, err := s.FindServer(ctx, n.URL, n.Insecure)
		if err == nil {
			n.Kind, n.URL = kind, base
		}
		return err
	})
}

// askForName asks for the name of the account, unless it has a good one.
func (a *app) askForName(ctx context.Context, s *Session, d *dialog, n *NewAccount) (err error) {
	speaks := "Miniflux"
	if n.Kind != "miniflux" {
		speaks = "the Google Reader API"
	}
	fmt.Fprintf(d.out, "%s speaks %s.\n", text.Clean(n.URL), speaks)
	const question = "Name of the account"
	usual := suggestName(n.URL, n.Kind)
	if n.Name == "" {
		if n.Name, err = d.ask(question, usual); err != nil {
			return err
		}
	}
	return d.untilRight(ctx, question, usual, n.Name, func(name string) error {
		n.Name = name
		if err := s.CheckAccountName(name); err != nil {
			return err
		}
		known, _ := findAccount(ctx, s, name)
		switch {
		case known.Name == "":
			return nil
		case !sameHost(known.URL, n.URL):
			return &wrongAnswer{fmt.Sprintf("there is already an account %q, at %s; choose another name", text.Clean(known.Name), text.Clean(known.URL)), " with --name"}
		}
		n.Name = known.Name
		fmt.Fprintf(d.out, "There is an account %s at this server: it gets the new login and keeps everything else.\n", text.Clean(known.Name))
		return nil
	})
}

// sameHost reports whether two addresses are at the same server.
func sameHost(a, b string) bool {
	x, err := url.Parse(a)
	y, err2 := url.Parse(b)
	return err == nil && err2 == nil && strings.EqualFold(x.Host, y.Host)
}

// askForLogin asks for what an account of the kind logs in with.
func (d *dialog) askForLogin(n *NewAccount) (err error) {
	if n.Kind == "miniflux" {
		fmt.Fprintln(d.out, "dateline needs an API key of Miniflux: make one there under Settings, API Keys.")
		n.Token, n.TokenCommand, n.Private, err = d.askSecret("API key")
		return err
	}
	if n.User == "" {
		fmt.Fprintln(d.out, "FreshRSS has a password of its own for programs: set the API password there, in your profile.")
	}
	user, err := d.ask("User", strings.ReplaceAll(n.User, "$${", "${"))
	if err != nil {
		return err
	}
	err = d.untilRight(d.ctx, "User", "", user, func(user string) error {
		n.User = escapeVariables(user)
		if user == "" {
			return &wrongAnswer{"the server needs a user", runAgain}
		}
		return nil
	})
	if err != nil {
		return err
	}
	n.Password, n.PasswordCommand, n.Private, err = d.askSecret("password")
	return err
}

// confirm asks whether a secret may be written into the file.
func (d *dialog) confirm(n NewAccount, path string) error {
	if !n.Private {
		return nil
	}
	fmt.Fprintf(d.out, "This writes it into %s, and makes the file readable only by you.\n", text.CleanText(path))
	answer, err := d.ask("Write it? yes or no", "no")
	if err != nil {
		return err
	}
	if !strings.HasPrefix(strings.ToLower(answer), "y") {
		return errors.New("nothing was written; run `dateline login` again and let a command print the secret, or an environment variable have it")
	}
	return nil
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
	// Without a terminal nothing is asked again: the next line answers another question.
	typed func(question string) (string, error)
}

// maxTries is how often something is asked for if the answers are wrong.
const maxTries = 3

// untilRight calls check with an answer until it is right, and asks for another one after a
// wrong one; usual is what an empty answer means. It returns the error of the last.
func (d *dialog) untilRight(ctx context.Context, question, usual, answer string, check func(answer string) error) error {
	for tries := 1; ; tries++ {
		err := check(answer)
		if err == nil || !d.mayAskAgain(ctx, tries, err) {
			return err
		}
		if answer == usual {
			usual = "" // it is the wrong one
		}
		if answer, err = d.ask(question, usual); err != nil {
			return err
		}
	}
}

// mayAskAgain says what was wrong with an answer, and reports whether there is somebody to ask
// for another one.
func (d *dialog) mayAskAgain(ctx context.Context, tries int, err error) bool {
	if d.typed == nil || tries >= maxTries || ctx.Err() != nil || errors.Is(err, context.Canceled) || errors.Is(err, errNoAnswer) {
		return false
	}
	message := err.Error()
	if wrong := (*WrongLogin)(nil); errors.As(err, &wrong) {
		message = wrong.Problem
	} else if wrong := (*wrongAnswer)(nil); errors.As(err, &wrong) {
		message = wrong.problem
	}
	fmt.Fprintf(d.out, "%s. Try again.\n", strings.TrimSuffix(text.Clean(message), "."))
	return true
}

// errNoAnswer is the error of a question that the user left with ctrl+d.
var errNoAnswer = errors.New("the answer")

// ended returns the error of a dialog. Who leaves it with ctrl+c or ctrl+d need not know where
// it was left.
func (d *dialog) ended(err error) error {
	if d.typed != nil && (errors.Is(err, context.Canceled) || errors.Is(err, errNoAnswer)) {
		fmt.Fprintln(d.out)
		return errors.New("interrupted; nothing was written")
	}
	return err
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
		return "", fmt.Errorf("the input ended before %w to: %s; see `dateline login --help`", errNoAnswer, question)
	}
	return "", err
}

// askSecret asks how dateline gets a secret, and returns its value for the configuration or
// the command that prints it. plain is set if the value is the secret itself.
func (d *dialog) askSecret(what string) (value string, command []string, plain bool, err error) {
	fmt.Fprintf(d.out, "Where does dateline get the %s? From a command that prints it (pass show\ndateline), from an environment variable, or from the configuration file?\n", what)
	for tries := 1; ; tries++ {
		value, command, plain, err = d.askSecretOnce(what)
		if err == nil || !d.mayAskAgain(d.ctx, tries, err) {
			return value, command, plain, err
		}
	}
}

func (d *dialog) askSecretOnce(what string) (value string, command []string, plain bool, err error) {
	answer, err := d.ask("command, variable or file", "command")
	if err != nil {
		return "", nil, false, err
	}
	answer = strings.ToLower(answer)
	switch {
	case strings.HasPrefix("command", answer):
		line, err := d.ask("Command", "")
		if command = text.SplitCommand(line); err == nil && len(command) == 0 {
			err = &wrongAnswer{"the command is empty", runAgain}
		}
		return "", command, false, err
	case strings.HasPrefix("variable", answer):
		name, err := d.ask("Variable", "")
		name = strings.Trim(name, "${}")
		if err != nil {
			return "", nil, false, err
		}
		if os.Getenv(name) == "" {
			return "", nil, false, &wrongAnswer{"the environment variable " + text.Clean(name) + " is not set", "; set it, and run `dateline login` again"}
		}
		return "${" + name + "}", nil, false, nil
	case strings.HasPrefix("file", answer):
		value, err := d.secret(what)
		return escapeVariables(value), nil, true, err
	}
	return "", nil, false, &wrongAnswer{fmt.Sprintf("%q is not command, variable or file", answer), runAgain}
}

// secret returns a line that is not shown while it is typed.
func (d *dialog) secret(what string) (value string, err error) {
	if d.typed != nil {
		value, err = d.typed(strings.ToUpper(what[:1]) + what[1:] + ": ")
	} else {
		value, err = d.line(what)
	}
	if value = strings.TrimSpace(value); err == nil && value == "" {
		err = &wrongAnswer{"the " + what + " is empty", runAgain}
	}
	return value, err
}

// escapeVariables returns a value for the configuration in which nothing is replaced.
func escapeVariables(s string) string { return strings.ReplaceAll(s, "${", "$${") }
