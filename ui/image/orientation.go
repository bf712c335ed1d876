package image

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation returns how a camera was held, from 1 to 8, as a JPEG says (Exif 2.32, tag
// 0x112). It is 1 if the picture does not say.
func orientation(jpeg []byte) int {
	for at := 2; at+4 <= len(jpeg) && jpeg[at] == 0xff; {
		marker, size := jpeg[at+1], int(binary.BigEndian.Uint16(jpeg[at+2:]))
		end := at + 2 + size
		if marker == 0xda || size < 2 || end > len(jpeg) {
			break
		}
		if tiff, ok := bytes.CutPrefix(jpeg[at+4:end], []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return tiffOrientation(tiff)
		}
		at = end
	}
	return 1
}

// tiffOrientation reads the orientation of the first directory of TIFF data.
func tiffOrientation(b []byte) int {
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if b[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 1
	}
	count := int64(order.Uint16(b[at:]))
	for i := range count {
		entry := at + 2 + i*12
		if entry+12 > int64(len(b)) {
			break
		}
		if order.Uint16(b[entry:]) == 0x112 {
			if o := int(order.Uint16(b[entry+8:])); o >= 1 && o <= 8 {
				return o
			}
			break
		}
	}
	return 1
}

// upright returns a view of a picture with an orientation, turned upright.
func upright(m image.Image, orientation int) image.Image {
	if orientation <= 1 {
		return m
	}
	return &turned{m, orientation}
}

// turned is a picture that is turned or mirrored as its orientation says.
type turned struct {
	image.Image
	orientation int
}

// Bounds returns the size, which begins at 0.
func (t *turned) Bounds() image.Rectangle {
	size := t.Image.Bounds().Size()
	if t.orientation >= 5 {
		size.X, size.Y = size.Y, size.X
	}
	return image.Rectangle{Max: size}
}
