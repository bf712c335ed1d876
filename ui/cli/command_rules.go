package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dateline/feed"
	"dateline/feed/query"
	"dateline/feed/text"
)

// testDays is how far back a rule is tried unless another span is asked for.
const testDays = 30

func (a *app) rulesCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "Print the rules for new items, or try them",
		Long: "Print the rules of the configuration: what each does with which new items, and whether it still\n" +
			"holds. dateline rules test shows what they would have done.",
		Example: "dateline rules\ndateline rules test \"No football\"\ndateline rules test --query 'title:football -tag:sport' --days 7",
		Args:    noSubcommand,
		RunE: a.withSession(func(_ context.Context, s *Session, _ []string) error {
			return a.rules(s.Rules, asJSON)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per rule")
	cmd.AddCommand(a.rulesTestCommand())
	return cmd
}

func (a *app) rulesTestCommand() *cobra.Command {
	var asJSON bool
	var query string
	days := testDays
	cmd := &cobra.Command{
		Use:   "test [NAME]",
		Short: "Show what rules would have done to the latest items",
		Long: "Show which of the items that arrived in the last days each rule would have matched, or the one of\n" +
			"that name, or a query that is to become a rule. Nothing is changed.",
		Example: "dateline rules test\ndateline rules test \"No football\" --days 90\ndateline rules test --query 'author:bot' --json",
		RunE: a.withSession(func(ctx context.Context, s *Session, args []string) error {
			if days < 1 {
				return errors.New("--days must be 1 or more")
			}
			rules, err := rulesToTest(s.Rules, strings.Join(args, " "), query)
			if err != nil {
				return err
			}
			return a.testRules(ctx, s, rules, days, asJSON)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per item and rule")
	cmd.Flags().StringVar(&query, "query", "", "try this query instead of a rule")
	cmd.Flags().IntVar(&days, "days", testDays, "look at the items that arrived in so many days")
	return cmd
}

// noSubcommand tells of a word that is no subcommand.
func noSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%s has no command %q; %s --help lists them", cmd.Name(), args[0], cmd.CommandPath())
}

// rulesToTest are all rules, or the one of that name, or one made of a query.
func rulesToTest(rules []query.Rule, name, expr string) ([]query.Rule, error) {
	if expr != "" {
		if name != "" {
			return nil, errors.New("give the name of a rule or --query, not both")
		}
		q, err := parseQuery([]string{expr})
		return []query.Rule{{Query: q}}, err
	}
	if len(rules) == 0 {
		return nil, errors.New("the configuration has no rules; --query tries one before you write it")
	}
	if name == "" {
		return rules, nil
	}
	at := slices.IndexFunc(rules, func(r query.Rule) bool { return text.Fold(r.Name) == text.Fold(name) })
	if at < 0 {
		return nil, fmt.Errorf("there is no rule %q; dateline rules lists them", text.Clean(name))
	}
	return rules[at : at+1], nil
}

func (a *app) rules(rules []query.Rule, asJSON bool) error {
	out := a.printer()
	lines := jsonLines(out)
	now := a.Now()
	for _, r := range rules {
		if asJSON {
			if err := lines.Encode(jsonOfRule(r, now)); err != nil {
				return out.finish(err)
			}
			continue
		}
		fmt.Fprintf(out, "%s  %s\n    %s: %s\n", out.paint(out.theme.Strong, text.Clean(r.Name)), ruleState(r, now), strings.Join(deeds(r), ", "), text.Clean(r.Query.String()))
	}
	return out.finish(nil)
}

// ruleState says until when a rule holds.
func ruleState(r query.Rule, now time.Time) string {
	if r.Until.IsZero() {
		return "active"
	}
	end := r.Until.In(now.Location())
	until := end.Format("2006-01-02 15:04")
	if y, m, d := end.Date(); end.Equal(time.Date(y, m, d, 0, 0, 0, 0, end.Location())) {
		until = end.AddDate(0, 0, -1).Format(time.DateOnly) // the last whole day, as the configuration has it
	}
	if r.Active(now) {
		return "active until " + until
	}
	return "expired " + until
}

// deeds are what a rule does, in the words of the command mark.
func deeds(r query.Rule) []string {
	var list []string
	for _, d := range []struct {
		does bool
		word string
	}{{r.Hide, "hide"}, {r.Read, "read"}, {r.Star, "star"}, {r.Notify, "notify"}} {
		if d.does {
			list = append(list, d.word)
		}
	}
	for _, l := range r.Labels {
		list = append(list, "label:"+text.Clean(l))
	}
	return list
}

func (a *app) testRules(ctx context.Context, s *Session, rules []query.Rule, days int, asJSON bool) error {
	out := a.printer()
	lines := jsonLines(out)
	now := a.Now()
	for _, r := range rules {
		if !asJSON && r.Name != "" {
			fmt.Fprintf(out, "%s  %s: %s\n", out.paint(out.theme.Strong, text.Clean(r.Name)), strings.Join(deeds(r), ", "), text.Clean(r.Query.String()))
		}
		hidden := 0
		n, err := s.Store.RuleHits(ctx, r, now.AddDate(0, 0, -days), func(item feed.Article) error {
			if item.Hidden {
				hidden++
			}
			if asJSON {
				return lines.Encode(hitJSON{Rule: r.Name, Does: list(deeds(r)), itemJSON: jsonOfItem(item, false, now)})
			}
			_, err := fmt.Fprintln(out, itemLine(out, item.Item, feed.ShortAge(item.Date, now)))
			return err
		})
		if err != nil {
			return out.finish(err)
		}
		if !asJSON {
			fmt.Fprintln(out, hitCount(n, hidden, days))
		}
	}
	return out.finish(nil)
}

// hitCount says how many items a rule would have matched.
func hitCount(n, hidden, days int) string {
	text := fmt.Sprintf("%s of the last %s", text.Plural(n, "item"), text.Plural(days, "day"))
	if hidden > 0 {
		text += fmt.Sprintf(", %d hidden already", hidden)
	}
	return text
}
