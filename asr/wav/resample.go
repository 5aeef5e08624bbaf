package wav

import "math"

// Resampling is the convolution of the samples with a band-limiting kernel,
// evaluated where the new samples lie: a sinc of 16 zero crossings on each
// side under a Blackman window (side lobes below −58 dB; speech recordings
// have more noise than that). It passes one half of the amplitude at 95 % of
// the lower of both half rates. The kernel is tabled once, with 512 steps between two zero
// crossings, and read with linear interpolation.
const (
	crossings = 16
	steps     = 512
	cutOffAt  = 0.95
)

// resample turns samples at rate from into samples at rate to.
func resample(samples []float64, from, to int) []float64 {
	table := kernel()
	ratio := float64(from) / float64(to)
	// In input samples: the distance of two zero crossings, and the reach.
	width := max(ratio, 1) / cutOffAt
	reach := crossings * width
	out := make([]float64, int(math.Ceil(float64(len(samples))/ratio)))
	for n := range out {
		at := float64(n) * ratio
		first := max(int(math.Ceil(at-reach)), 0)
		last := min(int(at+reach), len(samples)-1)
		var sum float64
		for i := first; i <= last; i++ {
			x := math.Abs(at-float64(i)) / width * steps
			k := int(x)
			frac := x - float64(k)
			sum += samples[i] * (table[k] + frac*(table[k+1]-table[k]))
		}
		out[n] = sum / width
	}
	return out
}

// kernel is the right half of the windowed sinc, with two zeros behind it for
// the interpolation.
func kernel() []float64 {
	table := make([]float64, crossings*steps+2)
	table[0] = 1
	for i := 1; i < crossings*steps; i++ {
		x := math.Pi * float64(i) / steps
		w := math.Pi * float64(i) / (crossings * steps)
		table[i] = math.Sin(x) / x * (0.42 + 0.5*math.Cos(w) + 0.08*math.Cos(2*w))
	}
	return table
}
