package report_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"simulacro/sim"
	"simulacro/sim/report"
	"simulacro/sim/simtest"
)

var shots = flag.String("shots", "", "keep the browser's pictures of the pages in this folder")

// browserTime bounds one page: a machine that is busy takes long to start a browser.
const browserTime = 4 * time.Minute

// browser starts Debian's Chromium, or skips the test where there is none.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no chromium is installed: the page is not looked at in a browser (Debian: apt-get install chromium)")
	}
	if testing.Short() {
		t.Skip("-short: a browser takes seconds to start")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(browserTime))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(func() { closeTab(); stop() })
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("about:blank")))
	ctx, cancel := context.WithTimeout(ctx, browserTime)
	t.Cleanup(cancel)
	return ctx
}

// complaints gathers what the page says on the console, and what it could not load.
func complaints(t *testing.T, ctx context.Context) func() []string {
	t.Helper()
	var mu sync.Mutex
	var all []string
	add := func(s string) { mu.Lock(); defer mu.Unlock(); all = append(all, s) }
	require.NoError(t, chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *cdpruntime.EventConsoleAPICalled:
			add(fmt.Sprintf("console: %s", ev.Type))
		case *cdpruntime.EventExceptionThrown:
			add("exception: " + ev.ExceptionDetails.Text)
		case *log.EventEntryAdded:
			add("log: " + ev.Entry.Text)
		}
	}))
	return func() []string { mu.Lock(); defer mu.Unlock(); return append([]string(nil), all...) }
}

// overlaps finds texts of the visible plot that lie on one another, and those that leave it; the rest of the page is wrapped
// by the browser, so of it only the width is looked at.
const overlaps = `(() => {
  const svg = [...document.querySelectorAll('figure svg')].find(s => s.getBoundingClientRect().width > 0);
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].map(t => ({text: t.textContent, box: t.getBoundingClientRect()})).filter(t => t.text.trim() !== '');
  const wrong = [];
  for (const t of texts)
    if (t.box.left < frame.left - 1 || t.box.right > frame.right + 1 || t.box.top < frame.top - 1 || t.box.bottom > frame.bottom + 1)
      wrong.push('outside: ' + t.text);
  for (let i = 0; i < texts.length; i++)
    for (let j = i + 1; j < texts.length; j++) {
      const a = texts[i].box, b = texts[j].box;
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 3) wrong.push(texts[i].text + ' | ' + texts[j].text);
    }
  if (document.documentElement.scrollWidth > window.innerWidth + 1) wrong.push('the page is wider than its window: ' + document.documentElement.scrollWidth);
  return wrong;
})()`

// faint finds texts whose colour is hard to tell from what is behind them (WCAG 2.2, 1.4.3: 4.5 to 1; 3 to 1 for large or bold
// labels). It looks at the page's texts, not at those on coloured bars.
const faint = `(() => {
  const light = c => { const [r, g, b] = c.match(/[\d.]+/g).slice(0, 3).map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const paper = getComputedStyle(document.body).backgroundColor;
  const wrong = [];
  for (const e of document.querySelectorAll('h1, h2, p, dt, dd, th, td, summary, figure text.tick, figure text.panel, figure text.legend')) {
    const style = getComputedStyle(e), colour = e.tagName === 'text' ? style.fill : style.color;
    if (e.textContent.trim() !== '' && ratio(colour, paper) < 4.5) wrong.push(e.tagName + ' ' + e.textContent.trim().slice(0, 30) + ' ' + ratio(colour, paper).toFixed(1));
  }
  return wrong;
})()`

// parts counts what the plot must have.
const parts = `(() => {
  const svg = [...document.querySelectorAll('figure svg')].find(s => s.getBoundingClientRect().width > 0);
  const count = q => svg.querySelectorAll(q).length;
  return {bands: count('rect.band'), strips: count('rect.strip'), series: count('path.s0, path.s1, path.s2'), failures: count('path.f0, path.f1, path.f2'),
    latency: count('path.p50') + count('path.p99'), states: count('rect.state'), checks: document.querySelectorAll('table.checks tr.pass, table.checks tr.fail, table.checks tr.inconclusive').length};
})()`

// crowded is a drill with many faults close together, long names and hard texts: what a plot must bear.
func crowded() sim.History {
	h := simtest.KillServer()
	for i := range 7 {
		name := fmt.Sprintf("a-fault-with-quite-a-long-name-%d", i)
		at := time.Duration(i)*700*time.Millisecond + 3*time.Second
		for k, step := range []string{sim.StepInjected, sim.StepEffect, sim.StepRecover, sim.StepRecovered} {
			h = append(h, sim.Event{At: simtest.Epoch.Add(at + time.Duration(k)*(time.Duration(i)*400*time.Millisecond+150*time.Millisecond)), Kind: sim.KindFault,
				Fault: &sim.FaultStep{ID: name, Kind: "service-stop", Target: fmt.Sprintf("cluster%d", 2+i%3), Step: step, Evidence: "seen " + strings.Repeat("and seen ", 20)}})
		}
	}
	return h
}

// The page is looked at in a real browser: nothing complains, everything is there, no text lies on another, in light and dark,
// on a screen and on a phone.
func TestPageInABrowser(t *testing.T) {
	dir := t.TempDir()
	pages := map[string]struct {
		h                            sim.History
		bands, series, states, tests int
	}{
		"kill":    {simtest.KillServer(), 4, 3, 3, 16},
		"all":     {simtest.AllKilled(), 4, 3, 3, 8},
		"storage": {simtest.StorageHang(), 3, 3, 3, 7},
		"crowded": {crowded(), 10, 3, 3, 16},
	}
	ctx := browser(t)
	said := complaints(t, ctx)
	for name, want := range pages {
		v := judged(t, want.h)
		path := filepath.Join(dir, name+".html")
		require.NoError(t, os.WriteFile(path, write(t, func(w io.Writer) error { return report.HTML(w, want.h, v) }), 0o644))
		require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("file://"+path)))
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{1280, 390} {
				t.Run(fmt.Sprintf("%s %s %d", name, scheme, width), func(t *testing.T) {
					_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
						Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
					require.NoError(t, err)
					require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)))
					assert.Empty(t, evaluated[[]string](t, ctx, overlaps), "texts lie on one another or leave the plot")
					assert.Empty(t, evaluated[[]string](t, ctx, faint), "texts are hard to read")
					got := evaluated[map[string]int](t, ctx, parts)
					assert.Empty(t, said())
					assert.GreaterOrEqual(t, got["bands"], want.bands)
					assert.Equal(t, got["bands"], got["strips"])
					assert.Equal(t, want.series, got["series"])
					assert.Equal(t, 2, got["latency"])
					assert.GreaterOrEqual(t, got["states"], want.states)
					assert.Equal(t, want.tests, got["checks"])
					if *shots != "" {
						shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
						require.NoError(t, err)
						require.NoError(t, os.WriteFile(filepath.Join(*shots, fmt.Sprintf("%s-%s-%d.png", name, scheme, width)), shot, 0o644))
					}
				})
			}
		}
	}
}

// evaluated is the value of an expression in the page.
func evaluated[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	require.NoError(t, err)
	return v
}

// The time of a step leads to the line of the log that was written then, which is folded away until somebody wants it.
func TestStepsLeadToTheLogs(t *testing.T) {
	h := simtest.KillServer()
	v := judged(t, h)
	path := filepath.Join(t.TempDir(), "page.html")
	require.NoError(t, os.WriteFile(path, write(t, func(w io.Writer) error { return report.HTML(w, h, v) }), 0o644))
	ctx := browser(t)
	const seen = `(() => { return document.querySelector('table.log tr').checkVisibility({contentVisibilityAuto: true}) && document.querySelector('details[open]') !== null; })()`
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("file://"+path)))
	assert.False(t, evaluated[bool](t, ctx, seen))
	require.NoError(t, chromedp.Do(ctx, chromedp.Click(".links a")))
	_, err := chromedp.Run(ctx, chromedp.Poll[bool](seen, chromedp.WithPollingTimeout(10*time.Second)))
	require.NoError(t, err)
}
