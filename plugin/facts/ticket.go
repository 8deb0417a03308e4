package facts

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/airlock-gate/airlock/plugin/refusal"
)

// ticketHeader carries the ticket of an own call. The engine forwards it to every configured authorization plugin, so
// a ticket is worth nothing beyond the one read it was made for.
const ticketHeader = "X-Airlock-Ticket"

const (
	ticketLife  = 10 * time.Second // far above the budget of a look-up; an unused ticket dies with its call anyway
	ticketLimit = 4096             // calls under way at once
)

// errTooManyTickets says that so many look-ups are under way that another one would not be bounded.
var errTooManyTickets = errors.New("too many look-ups under way")

// ticket is 256 bits from the system's random source: it cannot be guessed, so finding it in the table needs no
// comparison in constant time.
type ticket [32]byte

// errand is the one call a ticket is good for.
type errand struct {
	target  string
	expires time.Time
}

// ticketOffice is a RoundTripper that puts a ticket on every GET and takes it back when the call returns.
type ticketOffice struct {
	base http.RoundTripper
	now  func() time.Time
	none bool // send no ticket: nobody here would recognise it

	mu      sync.Mutex
	pending map[ticket]errand
}

// RoundTrip sends the request with a ticket. Other methods than GET go out without one, so the policies judge them:
// only a read may ever pass undecided.
func (o *ticketOffice) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method != http.MethodGet || o.none {
		return o.base.RoundTrip(request)
	}
	issued, err := o.issue(request.URL.RequestURI())
	if err != nil {
		return nil, err
	}
	defer o.withdraw(issued)
	request = request.Clone(request.Context()) // a RoundTripper must not change the request it was given
	request.Header.Set(ticketHeader, hex.EncodeToString(issued[:]))
	return o.base.RoundTrip(request)
}

func (o *ticketOffice) issue(target string) (ticket, error) {
	var issued ticket
	rand.Read(issued[:]) // never fails: crypto/rand ends the program when the system has no randomness
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.pending) >= ticketLimit {
		return ticket{}, errTooManyTickets
	}
	o.pending[issued] = errand{target: target, expires: o.now().Add(ticketLife)}
	return issued, nil
}

func (o *ticketOffice) withdraw(issued ticket) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.pending, issued)
}

// redeem uses a ticket up, whatever it was shown for: a ticket that turned up in the wrong place is burnt.
func (o *ticketOffice) redeem(shown ticket) (errand, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	found, ok := o.pending[shown]
	delete(o.pending, shown)
	return found, ok && o.now().Before(found.expires)
}

// recognise reports whether a call the engine asks about is one of the gate's own. A call without the header is not;
// a call with it is either exactly the call its ticket was made for, or refused.
func (o *ticketOffice) recognise(method, target string, headers map[string]string, body []byte) (bool, error) {
	var value string
	var marked bool
	for name, v := range headers {
		// The engine writes names canonically; another spelling is no reason to look away.
		if len(name) == len(ticketHeader) && strings.EqualFold(name, ticketHeader) {
			value, marked = v, true
		}
	}
	if !marked {
		return false, nil
	}
	var shown ticket
	if len(value) != hex.EncodedLen(len(shown)) {
		return false, refuseTicket("a value that is no ticket")
	}
	if _, err := hex.Decode(shown[:], []byte(value)); err != nil {
		return false, refuseTicket("a value that is no ticket")
	}
	found, ok := o.redeem(shown)
	switch {
	case !ok:
		return false, refuseTicket("a ticket that is unknown, used or expired")
	case method != http.MethodGet || target != found.target || len(body) > 0:
		return false, refuseTicket("a ticket made for another call")
	}
	return true, nil
}

func refuseTicket(got string) error {
	return &refusal.Refusal{Rule: refusal.OwnCall, Field: "header " + ticketHeader, Got: got,
		Want: "no such header: only the gate itself sends it"}
}
