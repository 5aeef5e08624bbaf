package wav

import "math"

// lobes is how many zero crossings of the sinc are used on each side: 16 give
// more than 70 dB of rejection with the Blackman window.
const lobes = 16

// resample converts a rate by a windowed sinc (J. O. Smith, "Digital Audio
// Resampling"), with the cut-off below both Nyquist frequencies.
func resample(in []float64, from, to int) []float64 {
	step := float64(from) / float64(to)
	cutoff := 0.94 * min(1, 1/step) // of the input's Nyquist frequency
	reach := lobes / cutoff         // input samples on each side
	out := make([]float64, len(in)*to/from)
	for i := range out {
		at := float64(i) * step
		first, last := max(int(math.Ceil(at-reach)), 0), min(int(math.Floor(at+reach)), len(in)-1)
		sum := 0.0
		for k := first; k <= last; k++ {
			x := at - float64(k)
			sum += in[k] * cutoff * sinc(x*cutoff) * blackman(x/reach)
		}
		out[i] = sum
	}
	return out
}

func sinc(x float64) float64 {
	if math.Abs(x) < 1e-9 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// blackman is the window over -1…1.
func blackman(x float64) float64 {
	return 0.42 + 0.5*math.Cos(math.Pi*x) + 0.08*math.Cos(2*math.Pi*x)
}
