package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"rcgen/generator"
	"rcgen/generator/fault"
	"rcgen/generator/stack"
	"rcgen/generator/units"
)

// question is one thing that init asks; Enter takes the default.
type question struct {
	given           bool        // an option has answered it
	needed          func() bool // nil: always
	text, byDefault string
	set             func(answer string) error
}

// ask fills a request from the user's answers. Each is checked before the next is
// asked.
func (o initOptions) ask(ctx context.Context, e env, r *generator.Request) error {
	host, err := o.request.host.read(ctx, e, stack.Host{})
	if err != nil {
		return err
	}
	r.Host = host
	in := bufio.NewReader(e.stdin)
	for _, q := range o.questions(r) {
		if q.given || q.needed != nil && !q.needed() {
			continue
		}
		if err := q.ask(in, e.stderr); err != nil {
			return err
		}
	}
	return nil
}

func (o initOptions) questions(r *generator.Request) []question {
	given := o.request
	const here = " (in brackets: this machine)"
	return []question{
		{false, nil, "How many users will have an account?", "100", func(a string) (err error) {
			if r.Users, err = positive("users", a); err != nil {
				return err
			}
			return r.Check()
		}},
		{given.domain != nil, nil,
			"Under which domain? (localhost: http, on this machine only)", generator.Localhost, func(a string) (err error) {
				r.Domain, err = generator.NormalDomain(a)
				if err == nil && r.Domain != generator.Localhost && given.tls == nil {
					r.TLS.Mode = generator.TLSACME
				}
				return err
			}},
		{given.acmeEmail != nil, func() bool { return r.TLS.Mode == generator.TLSACME },
			"E-mail for the certificate? (none: plain http, behind a proxy of yours)", "none", func(a string) error {
				if a == "none" {
					r.TLS.Mode = generator.TLSOff
					return nil
				}
				r.TLS.Email = a
				return r.Check()
			}},
		{given.host.cores != nil, nil,
			"Cores of the machine that will run it?" + here, fmt.Sprint(r.Host.Cores), func(a string) (err error) {
				if r.Host.Cores, err = positive("cores", a); err != nil {
					return err
				}
				return r.Check()
			}},
		{given.host.memory != nil, nil, "Its memory?" + here, r.Host.Memory.String(), func(a string) (err error) {
			if r.Host.Memory, err = units.Parse(a); err != nil {
				return err
			}
			return r.Check()
		}},
	}
}

// ask prints the question and reads one line, again until the answer will do.
func (q question) ask(in *bufio.Reader, out io.Writer) error {
	for {
		fmt.Fprintf(out, "%s [%s] ", q.text, q.byDefault)
		line, err := in.ReadString('\n')
		if err != nil {
			fmt.Fprintln(out)
			return &fault.Error{What: "init: no answer", Hint: "give --users N to be asked nothing"}
		}
		answer := strings.TrimSpace(line)
		if answer == "" {
			answer = q.byDefault
		}
		if err = q.set(answer); err == nil {
			return nil
		}
		fmt.Fprintf(out, "%v\n", err)
	}
}
