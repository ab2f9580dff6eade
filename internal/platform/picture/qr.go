package picture

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// Square is a QR code as the path of an SVG with one unit for each module.
type Square struct {
	Size int
	Path string
}

// QR draws a text as a square that a phone reads.
func QR(s string) (Square, error) {
	code, err := qr.Encode(s, qr.M, qr.Auto)
	if err != nil {
		return Square{}, err
	}
	var b strings.Builder
	n := code.Bounds().Dx()
	for y := range n {
		for x := range n {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+4, y+4)
			}
		}
	}
	return Square{n + 8, b.String()}, nil // four modules of white around, as readers need
}
