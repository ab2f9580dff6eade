package register

import "math"

// GridMetres is how far FromGrid may be from the truth, in metres: one transformation for the whole of Great Britain
// cannot follow the distortions of the old survey. Ordnance Survey, "A guide to coordinate systems in Great Britain",
// section 6.6.
const GridMetres = 5

// The Airy 1830 ellipsoid and the National Grid's projection; the WGS84 ellipsoid. Ibid., annex A.
const (
	airyA, airyB  = 6377563.396, 6356256.909
	wgsA, wgsB    = 6378137.000, 6356752.314245
	gridF0        = 0.9996012717
	gridE0        = 400000.0
	gridN0        = -100000.0
	gridLat0      = 49 * math.Pi / 180
	gridLon0      = -2 * math.Pi / 180
	secondsToRads = math.Pi / 180 / 3600
)

// FromGrid turns metres on the National Grid into WGS84, within GridMetres.
func FromGrid(easting, northing float64) Point {
	lat, lon := airyFromGrid(easting, northing)
	return wgsFromAiry(lat, lon)
}

// airyFromGrid undoes the transverse Mercator projection. Ibid., annex C.2. Radians.
func airyFromGrid(e, n float64) (lat, lon float64) {
	const k = (airyA - airyB) / (airyA + airyB)
	const e2 = 1 - (airyB*airyB)/(airyA*airyA)
	arc := func(lat float64) float64 {
		d, s := lat-gridLat0, lat+gridLat0
		return airyB * gridF0 * ((1+k+1.25*k*k+1.25*k*k*k)*d -
			(3*k+3*k*k+21.0/8*k*k*k)*math.Sin(d)*math.Cos(s) +
			(15.0/8*k*k+15.0/8*k*k*k)*math.Sin(2*d)*math.Cos(2*s) -
			35.0/24*k*k*k*math.Sin(3*d)*math.Cos(3*s))
	}
	lat = gridLat0
	// Each round shrinks the remainder by more than a thousand; ten are far more than enough inside the grid.
	for range 10 {
		rest := n - gridN0 - arc(lat)
		if math.Abs(rest) < 0.00001 {
			break
		}
		lat += rest / (airyA * gridF0)
	}
	sin, cos, tan := math.Sin(lat), math.Cos(lat), math.Tan(lat)
	nu := airyA * gridF0 / math.Sqrt(1-e2*sin*sin)
	rho := airyA * gridF0 * (1 - e2) / math.Pow(1-e2*sin*sin, 1.5)
	eta2 := nu/rho - 1
	t2 := tan * tan
	x := (e - gridE0) / nu
	x2 := x * x
	lat -= tan * nu / rho * x2 * (0.5 -
		x2/24*(5+3*t2+eta2-9*t2*eta2) +
		x2*x2/720*(61+90*t2+45*t2*t2))
	lon = gridLon0 + x/cos*(1-
		x2/6*(nu/rho+2*t2)+
		x2*x2/120*(5+28*t2+24*t2*t2)-
		x2*x2*x2/5040*(61+662*t2+1320*t2*t2+720*t2*t2*t2))
	return lat, lon
}

// wgsFromAiry shifts between the ellipsoids with the seven-parameter Helmert transformation. Ibid., section 6.6; the
// parameters there lead from WGS84 to OSGB36, so their signs are reversed here.
func wgsFromAiry(lat, lon float64) Point {
	const (
		tx, ty, tz = 446.448, -125.157, 542.060
		scale      = 1 - 20.4894e-6
		rx         = 0.1502 * secondsToRads
		ry         = 0.2470 * secondsToRads
		rz         = 0.8421 * secondsToRads
		airyE2     = 1 - (airyB*airyB)/(airyA*airyA)
		wgsE2      = 1 - (wgsB*wgsB)/(wgsA*wgsA)
	)
	sin, cos := math.Sincos(lat)
	nu := airyA / math.Sqrt(1-airyE2*sin*sin)
	x, y, z := nu*cos*math.Cos(lon), nu*cos*math.Sin(lon), nu*(1-airyE2)*sin
	x, y, z = tx+scale*x-rz*y+ry*z, ty+rz*x+scale*y-rx*z, tz-ry*x+rx*y+scale*z
	p := math.Hypot(x, y)
	out := math.Atan2(z, p*(1-wgsE2))
	for range 8 {
		s := math.Sin(out)
		out = math.Atan2(z+wgsE2*wgsA/math.Sqrt(1-wgsE2*s*s)*s, p)
	}
	return Point{Lon: math.Atan2(y, x) * 180 / math.Pi, Lat: out * 180 / math.Pi}
}

// Distance is the metres between two points, good to half a percent: enough to order services by nearness.
func Distance(a, b Point) float64 {
	const radius = 6371008.8
	rad := math.Pi / 180
	dLat, dLon := (b.Lat-a.Lat)*rad/2, (b.Lon-a.Lon)*rad/2
	h := math.Sin(dLat)*math.Sin(dLat) + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*math.Sin(dLon)*math.Sin(dLon)
	return 2 * radius * math.Asin(math.Sqrt(min(1, h)))
}
