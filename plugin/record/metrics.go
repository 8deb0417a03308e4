package record

import (
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/airlock-gate/airlock/plugin/decision"
)

// maxRuleLabels bounds the series that policies can make; rules beyond it are counted together as "other".
const maxRuleLabels = 1024

// Metrics counts decisions in a registry of its own. Labels are names of operations, rules and faults: nothing a request
// can choose freely.
type Metrics struct {
	registry  *prometheus.Registry
	decisions *prometheus.CounterVec
	rules     *prometheus.CounterVec
	faults    *prometheus.CounterVec
	duration  *prometheus.HistogramVec
	inFlight  prometheus.Gauge
	policy    *prometheus.GaugeVec
	evidence  *prometheus.HistogramVec

	mu    sync.Mutex
	known map[string]bool
}

// NewMetrics returns empty metrics.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "airlock_decisions_total", Help: "Decisions by operation and verdict.",
		}, []string{"operation", "verdict"}),
		rules: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "airlock_rule_violations_total", Help: "Denials in which a rule was broken, by rule and mode.",
		}, []string{"rule", "mode"}),
		faults: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "airlock_faults_total", Help: "Requests that could not be decided, by code.",
		}, []string{"code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "airlock_decision_duration_seconds", Help: "Time taken by a decision, by verdict.",
			// From a memoised read (microseconds) to the gate's own deadline (seconds).
			Buckets: []float64{.00005, .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}, []string{"verdict"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "airlock_decisions_in_flight", Help: "Decisions under way.",
		}),
		policy: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "airlock_policy_info", Help: "Always 1; the labels name the policy revision and mode in force.",
		}, []string{"revision", "mode"}),
		evidence: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "airlock_evidence_lookup_duration_seconds",
			Help:    "Time to learn what a registry holds about an image, by where the answer came from: registry, cache, stale or unreachable.",
			Buckets: []float64{.00001, .0001, .001, .005, .01, .025, .05, .1, .25, .5, 1, 2, 3},
		}, []string{"origin"}),
		known: make(map[string]bool),
	}
	m.registry.MustRegister(m.decisions, m.rules, m.faults, m.duration, m.inFlight, m.policy, m.evidence,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves the metrics in Prometheus' text form.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Watch adds the count of lines that sink has dropped.
func (m *Metrics) Watch(sink *Sink) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "airlock_log_lines_dropped_total", Help: "Log lines dropped because the sink was slow or failed.",
	}, func() float64 { return float64(sink.Dropped()) }))
}

// WatchGlass adds whether operations are open for a time.
func (m *Metrics) WatchGlass(open func() bool) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "airlock_breakglass_open", Help: "1 while root on the host has opened operations for a time.",
	}, func() float64 {
		if open() {
			return 1
		}
		return 0
	}))
}

// Evidence counts a look-up of what a registry holds about an image.
func (m *Metrics) Evidence(origin string, took time.Duration) {
	m.evidence.WithLabelValues(origin).Observe(took.Seconds())
}

// Activated notes which policy revision is in force now.
func (m *Metrics) Activated(revision string, mode decision.Mode) {
	m.policy.Reset()
	m.policy.WithLabelValues(revision, string(modeLabel(mode))).Set(1)
}

func (m *Metrics) observe(outcome *decision.Outcome) {
	verdict := decision.Fault
	if outcome.Verdict == decision.Allow || outcome.Verdict == decision.Deny {
		verdict = outcome.Verdict
	}
	m.decisions.WithLabelValues(operationLabel(outcome), string(verdict)).Inc()
	m.duration.WithLabelValues(string(verdict)).Observe(outcome.Took.Seconds())
	if verdict == decision.Fault {
		code := decision.CodeNoVerdict
		if outcome.Fault != nil && outcome.Fault.Code != "" {
			code = outcome.Fault.Code
		}
		m.faults.WithLabelValues(string(code)).Inc()
	}
	if len(outcome.Violations) > 0 {
		for _, rule := range rules(outcome) {
			m.rules.WithLabelValues(m.ruleLabel(rule), string(modeLabel(outcome.Mode))).Inc()
		}
	}
}

func (m *Metrics) ruleLabel(rule string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.known[rule] {
		if len(m.known) >= maxRuleLabels {
			return "other"
		}
		m.known[rule] = true
	}
	return rule
}
