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

// testDays is the default of --days.
const testDays = 30

func (a *app) rulesCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules for new items, or test them",
		Long: "List the rules of the configuration: what each rule does, for which new items, and until when.\n" +
			"`dateline rules test` shows what the rules would have done.",
		Example: "dateline rules\ndateline rules test \"No football\"\ndateline rules test --query 'title:football -tag:sport' --days 7",
		Args:    rejectUnknownCommand,
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
		Long: "Show which items of the last days each rule would have matched. With NAME, test only the rule of that\n" +
			"name. With --query, test a query before you make it a rule. Nothing is changed.",
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
	cmd.Flags().StringVar(&query, "query", "", "test this query instead of a rule")
	cmd.Flags().IntVar(&days, "days", testDays, "test the items that arrived in this many days")
	return cmd
}

// rulesToTest returns the rules to test: all rules, or the rule with a name, or a rule
// without a name made of a query. An empty name or query means none is given.
func rulesToTest(rules []query.Rule, name, queryText string) ([]query.Rule, error) {
	if queryText != "" {
		if name != "" {
			return nil, errors.New("give either the name of a rule or --query, not both")
		}
		q, err := parseQuery([]string{queryText})
		return []query.Rule{{Query: q}}, err
	}
	if len(rules) == 0 {
		return nil, errors.New("the configuration has no rules; test a query with --query")
	}
	if name == "" {
		return rules, nil
	}
	i := slices.IndexFunc(rules, func(r query.Rule) bool { return text.Fold(r.Name) == text.Fold(name) })
	if i < 0 {
		return nil, fmt.Errorf("unknown rule %q; `dateline rules` lists your rules", text.Clean(name))
	}
	return rules[i : i+1], nil
}

// rules lists rules.
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
		fmt.Fprintf(out, "%s  %s\n    %s: %s\n", out.paint(out.theme.Strong, text.Clean(r.Name)), ruleState(r, now), strings.Join(ruleEffects(r), ", "), text.Clean(r.Query.String()))
	}
	return out.finish(nil)
}

// ruleState returns whether a rule is active, and until when.
func ruleState(r query.Rule, now time.Time) string {
	if r.Until.IsZero() {
		return "active"
	}
	end := r.Until.In(now.Location())
	until := end.Format(minuteFormat)
	if y, m, d := end.Date(); end.Equal(time.Date(y, m, d, 0, 0, 0, 0, end.Location())) {
		until = end.AddDate(0, 0, -1).Format(time.DateOnly) // the last whole day, as in the configuration
	}
	if r.Active(now) {
		return "active until " + until
	}
	return "expired " + until
}

// ruleEffects returns what a rule does, in the words of its options. A label is written
// as in the command mark.
func ruleEffects(r query.Rule) []string {
	var effects []string
	for _, d := range []struct {
		does bool
		word string
	}{{r.Hide, "hide"}, {r.Read, "read"}, {r.Star, "star"}, {r.Notify, "notify"}} {
		if d.does {
			effects = append(effects, d.word)
		}
	}
	for _, l := range r.Labels {
		effects = append(effects, "label:"+text.Clean(l))
	}
	return effects
}

// testRules prints the items that rules would have matched, rule by rule.
func (a *app) testRules(ctx context.Context, s *Session, rules []query.Rule, days int, asJSON bool) error {
	out := a.printer()
	lines := jsonLines(out)
	now := a.Now()
	for _, r := range rules {
		if !asJSON && r.Name != "" {
			fmt.Fprintf(out, "%s  %s: %s\n", out.paint(out.theme.Strong, text.Clean(r.Name)), strings.Join(ruleEffects(r), ", "), text.Clean(r.Query.String()))
		}
		hidden := 0
		n, err := s.Store.RuleHits(ctx, r, now.AddDate(0, 0, -days), func(item feed.Article) error {
			if item.Hidden {
				hidden++
			}
			if asJSON {
				return lines.Encode(hitJSON{Rule: r.Name, Does: emptyList(ruleEffects(r)), itemJSON: jsonOfItem(item, false, now)})
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

// hitCount returns how many items a rule would have matched, and how many of them are
// hidden.
func hitCount(n, hidden, days int) string {
	count := fmt.Sprintf("%s of the last %s", text.Plural(n, "item"), text.Plural(days, "day"))
	if hidden > 0 {
		count += fmt.Sprintf(", %s already hidden", text.Number(hidden))
	}
	return count
}
