package sniff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// MaxPixels is the largest picture taken (ASVS 5.2.6): more would need too much memory to draw.
const MaxPixels = 50_000_000

var decoders = map[string]struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}{
	JPEG.MIME: {jpeg.DecodeConfig, jpeg.Decode},
	PNG.MIME:  {png.DecodeConfig, png.Decode},
	GIF.MIME:  {gif.DecodeConfig, gif.Decode},
	WebP.MIME: {webp.DecodeConfig, webp.Decode},
}

func picture(b []byte, k kind) error {
	if bytes.HasPrefix(b[min(4, len(b)):], []byte("ftyphei")) || bytes.HasPrefix(b[min(4, len(b)):], []byte("ftypmif1")) {
		return refuse("%s", whyNot["heic"])
	}
	if err := fits(b, k.Type); err != nil {
		return err
	}
	return alone(b)
}

// fits reads the head of the picture only.
func fits(b []byte, t Type) error {
	cfg, err := decoders[t.MIME].config(bytes.NewReader(b))
	switch {
	case err != nil || cfg.Width < 1 || cfg.Height < 1:
		return kind{Type: t}.mismatch()
	case int64(cfg.Width)*int64(cfg.Height) > MaxPixels:
		return refuse("This picture has more than 50 million points. Send a smaller copy.")
	}
	return nil
}

// CleanImage returns the picture in r without anything but the picture: no place, no time, no camera, no comment, no
// preview (ASVS 14.2.8). JPEG (at quality 90) and PNG are drawn anew, upright as their EXIF says; an animated PNG keeps its
// first frame. GIF and WebP keep their frames byte for byte and lose every other part. r must have passed Check as t.
func CleanImage(r io.Reader, t Type) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("sniff: %w", err)
	}
	if _, ok := decoders[t.MIME]; !ok || len(b) > MaxSize {
		return nil, refuse("This is not a picture that can be shown.")
	}
	if err := fits(b, t); err != nil {
		return nil, err
	}
	damaged := refuse("This picture is damaged. Open it, save it anew and send that.")
	var out []byte
	switch t.MIME {
	case GIF.MIME:
		out, err = cleanGIF(b)
	case WebP.MIME:
		out, err = cleanWebP(b)
	default:
		img, derr := decoders[t.MIME].decode(bytes.NewReader(b))
		if derr != nil {
			return nil, damaged
		}
		var buf bytes.Buffer
		if t.MIME == JPEG.MIME {
			err = jpeg.Encode(&buf, upright(img, orientation(jpegEXIF(b))), &jpeg.Options{Quality: 90})
		} else {
			err = png.Encode(&buf, upright(img, orientation(pngEXIF(b))))
		}
		out = buf.Bytes()
	}
	if err != nil {
		return nil, damaged
	}
	return out, nil
}

// jpegEXIF returns the TIFF body of the EXIF segment, nil if there is none.
func jpegEXIF(b []byte) []byte {
	for i := 2; i+4 <= len(b) && b[i] == 0xFF; {
		if b[i+1] == 0xFF { // fill byte
			i++
			continue
		}
		n := int(binary.BigEndian.Uint16(b[i+2:]))
		if b[i+1] == 0xDA || n < 2 || i+2+n > len(b) {
			return nil
		}
		if body := b[i+4 : i+2+n]; b[i+1] == 0xE1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return body[6:]
		}
		i += 2 + n
	}
	return nil
}

func pngEXIF(b []byte) []byte {
	for i := 8; i+12 <= len(b); {
		n := int(binary.BigEndian.Uint32(b[i:]))
		if n < 0 || i+12+n > len(b) {
			return nil
		}
		if string(b[i+4:i+8]) == "eXIf" {
			return b[i+8 : i+8+n]
		}
		i += 12 + n
	}
	return nil
}

// orientation returns tag 0x0112 of the first directory of a TIFF body (EXIF 2.3, section 4.6.4), 1 when in doubt.
func orientation(tiff []byte) int {
	if len(tiff) < 14 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if string(tiff[:2]) == "MM" {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	count := int64(order.Uint16(tiff[at:]))
	for e := at + 2; count > 0 && e+12 <= int64(len(tiff)); e, count = e+12, count-1 {
		if order.Uint16(tiff[e:]) == 0x0112 {
			if o := int(order.Uint16(tiff[e+8:])); o >= 1 && o <= 8 {
				return o
			}
		}
	}
	return 1
}

// upright turns img as EXIF orientation o asks.
func upright(img image.Image, o int) image.Image {
	if o == 1 {
		return img
	}
	return turned{img, o}
}

// turned shows a picture turned, point by point, without a second copy of it in memory.
type turned struct {
	image.Image
	o int
}

func (t turned) Bounds() image.Rectangle {
	r := t.Image.Bounds()
	if t.o >= 5 {
		return image.Rect(0, 0, r.Dy(), r.Dx())
	}
	return image.Rect(0, 0, r.Dx(), r.Dy())
}

func (t turned) At(x, y int) color.Color {
	r := t.Image.Bounds()
	w, h := r.Dx()-1, r.Dy()-1
	switch t.o {
	case 2:
		x = w - x
	case 3:
		x, y = w-x, h-y
	case 4:
		y = h - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, h-x
	case 7:
		x, y = w-y, h-x
	case 8:
		x, y = w-y, x
	}
	return t.Image.At(r.Min.X+x, r.Min.Y+y)
}

var errShort = errors.New("sniff: the picture is cut short")

// cleanWebP keeps the chunks that draw and clears the flags of those it drops.
func cleanWebP(b []byte) ([]byte, error) {
	if len(b) < 12 {
		return nil, errShort
	}
	out := append([]byte{}, b[:12]...)
	end := min(int64(len(b)), int64(binary.LittleEndian.Uint32(b[4:]))+8)
	for i := int64(12); i+8 <= end; {
		n := int64(binary.LittleEndian.Uint32(b[i+4:]))
		next := i + 8 + n + n%2
		if next > end {
			return nil, errShort
		}
		switch string(b[i : i+4]) {
		case "VP8X":
			at := len(out) + 8
			out = append(out, b[i:next]...)
			if n < 10 {
				return nil, errShort
			}
			out[at] &^= 0x04 | 0x08 | 0x20 // XMP, EXIF and colour profile
		case "VP8 ", "VP8L", "ALPH", "ANIM", "ANMF":
			out = append(out, b[i:next]...)
		}
		i = next
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8)) // at most MaxSize, so it fits
	return out, nil
}

// cleanGIF keeps the screen, the frames with their controls, and the loop count.
func cleanGIF(b []byte) ([]byte, error) {
	if len(b) < 13 {
		return nil, errShort
	}
	table := func(flags byte) int {
		if flags&0x80 == 0 {
			return 0
		}
		return 3 << (flags&7 + 1)
	}
	i := 13 + table(b[10])
	if i > len(b) {
		return nil, errShort
	}
	out := append([]byte{}, b[:i]...)
	blocks := func(at int) int { // the end of a run of sub-blocks, -1 when it is cut short
		for at < len(b) {
			n := int(b[at])
			at += 1 + n
			if n == 0 {
				return at
			}
		}
		return -1
	}
	for i < len(b) {
		start := i
		switch b[i] {
		case 0x3B:
			return append(out, 0x3B), nil
		case 0x2C:
			if i+10 > len(b) {
				return nil, errShort
			}
			i = blocks(i + 11 + table(b[i+9]))
			if i < 0 {
				return nil, errShort
			}
			out = append(out, b[start:i]...)
		case 0x21:
			if i = blocks(i + 2); i < 0 {
				return nil, errShort
			}
			loop := bytes.HasPrefix(b[start+2:], []byte("\x0bNETSCAPE2.0"))
			if b[start+1] == 0xF9 || loop && i-start == 19 {
				out = append(out, b[start:i]...)
			}
		default:
			return nil, errShort
		}
	}
	return nil, errShort
}
